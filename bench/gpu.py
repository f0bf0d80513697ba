"""What a GPU does with the package: one part at a time, its result in OUT/gpu.json beside those of the other parts

Usage: python bench/gpu.py PART OUT [--device cuda] [--rehearse] [--seconds 240]      see gpu.sh, which runs them all
Training is measured with `deterministic=False` unless a name says otherwise. `--rehearse` makes everything small.
"""
import json, os, shutil, signal, statistics, subprocess, sys, tempfile, textwrap, time, warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from fastcore.script import call_parse
from torch.profiler import ProfilerActivity, profile

from bench_data import random_weights
from bench_step import about, matrix_rate, ours, pythae, three_backwards, timed, wait
from vaegan_nb.callbacks import SampleGrid
from vaegan_nb.config import configure
from vaegan_nb.data import ArrayDL, array_dls, open_images
from vaegan_nb.evaluate import FIDCallback, Reference
from vaegan_nb.faces import SynthFaces
from vaegan_nb.features import FaceTeacher, Inception
from vaegan_nb.images import ImageArray
from vaegan_nb.jobs import processes
from vaegan_nb.learner import vaegan_learner
from vaegan_nb.networks import auto_precision
from vaegan_nb.report import read_history, read_metrics
from vaegan_nb.runs import RunFolder
from vaegan_nb.sources import real_faces

warnings.filterwarnings('ignore')
CELEBA = 162_770 # training images


class Sizes:
    "How large everything is; a rehearsal's sizes say nothing"
    def __init__(self, rehearse, device):
        self.device, self.rehearse, self.found = torch.device(device), rehearse, {}  # found: kept if time runs out
        self.small = dict(width=1/16, enc_fc=128, nz=8) if rehearse else {}
        self.batches, self.steps, self.rounds = ((4, 8), 2, 1) if rehearse else ((32, 256), 16, 2)
        self.n, self.judged = (64, (16, 32)) if rehearse else (20_000, (1000, 10_000))

    def dls(self, bs, steps, n_valid=8):
        "Faces, a few hundred of them again and again"
        faces = SynthFaces(n=32 if self.rehearse else 512)[:]
        pick = np.arange((steps + 1)*bs) % len(faces)
        return array_dls(faces[pick], faces[:n_valid], bs=bs, device=self.device)


def rate(run, bs, s):
    "Images a second, by the median of the rounds after one that warms up, and GB at most"
    cuda = s.device.type == 'cuda'
    if cuda: torch.cuda.empty_cache(); torch.cuda.reset_peak_memory_stats()
    run()
    out = dict(images_per_second=round(bs/statistics.median(run() for _ in range(s.rounds)), 1))
    return dict(out, peak_gb=round(torch.cuda.max_memory_allocated()/1e9, 2)) if cuda else out


def step(s, out):
    "Images a second of a training step: presets, batches, precisions; beside public code's loop, and pythae"
    found = s.found
    def measure(name, make, bs):
        try: found[name] = rate(make(), bs, s)
        except Exception as e: found[name] = dict(failed=f'{type(e).__name__}: {str(e)[:200]}')
        print(name, found[name], flush=True)
    for bs in s.batches:
        dls = s.dls(bs, s.steps)
        for preset in ('paper', 'best'):
            for p in ('bf16', 'fp16', 'fp32'):
                kw = dict(s.small, precision=p, deterministic=False)
                measure(f'{preset}, {bs}, {p}', lambda: ours(preset, dls, **kw), bs)
            kw = dict(s.small, precision='bf16')
            measure(f'{preset}, {bs}, bf16, deterministic', lambda: ours(preset, dls, **kw), bs)
        plain = configure('paper', bs=bs, swap=0., **s.small)
        for p, dtype in (('bf16', torch.bfloat16), ('fp32', None)):
            measure(f'three backward passes, {bs}, {p}', lambda: timed(three_backwards(plain, dls, dtype), dls), bs)
        if find_spec('pythae'): measure(f'pythae, {bs}, fp32', lambda: timed(pythae(plain, dls), dls), bs)
    if s.device.type == 'cuda':
        kw = dict(s.small, precision='bf16', deterministic=False, compiled=True)
        measure(f'paper, {bs}, bf16, networks compiled', lambda: ours('paper', dls, **kw), bs)
    rates = {k: v['images_per_second'] for k, v in found.items() if 'failed' not in v}
    big = s.batches[-1]
    pairs = {f'paper, {big}, {p} / three backward passes': (f'paper, {big}, {p}', f'three backward passes, {big}, {p}')
             for p in ('bf16', 'fp32')}
    ratios = {k: round(rates[a]/rates[b], 2) for k, (a, b) in pairs.items() if a in rates and b in rates}
    matrix = {str(t)[6:]: round(matrix_rate(s.device, t)/1e12, 2) for t in (torch.float32, torch.bfloat16)}
    return dict(steps=found, ratios=ratios, matrix_tflops=matrix)


def data(s, out):
    "Images a second out of an array, pixels on the device or gathered from memory"
    images = np.random.default_rng(0).integers(0, 256, (s.n, 64, 64, 3), dtype=np.uint8)
    found = {}
    for resident in (True, False):
        dl = ArrayDL(ImageArray(images), bs=256 if s.n > 256 else 8, shuffle=True, device=s.device, resident=resident)
        for dl.epoch in range(2):                                            # the first puts them there
            wait(s.device)
            start = time.perf_counter()
            n = sum(len(b[0]) for b in dl)
            wait(s.device)
            found['on the device' if resident else 'from memory'] = round(n/(time.perf_counter() - start))
    return dict(images_per_second=found)


def evaluation(s, out):
    "Seconds to judge images of a full-width model"
    learn = vaegan_learner(s.dls(s.batches[0], 2), 'paper', **s.small)
    images = SynthFaces(n=64)[:][np.arange(max(64, s.judged[0])) % 64]
    found, random = {}, Inception(random_weights(), name='RANDOM-bench')     # random weights: for its time alone
    for name, net in {'FD-teacher': FaceTeacher(), 'Inception': random}.items():
        net.to(s.device)
        start = time.perf_counter()
        reference = Reference.of(images, net, (), progress=False)
        found[f'{name}, real side of {len(images):,}'] = round(time.perf_counter() - start, 2)
        for n in s.judged:
            start = time.perf_counter()
            reference.measure(learn.model, n)
            found[f'{name}, {n:,}'] = round(time.perf_counter() - start, 2)
    return dict(seconds=found)


def overheads(s, out):
    "Seconds that an epoch takes beside its batches, and their share of an epoch of CelebA"
    bs, seconds = s.batches[-1], {}
    def clocked(cb, event):
        f = getattr(cb, event)
        def timed():
            wait(s.device)
            start = time.perf_counter()
            f()
            wait(s.device)
            seconds.setdefault(type(cb).__name__, []).append(time.perf_counter() - start)
        setattr(cb, event, timed)
        return cb
    with tempfile.TemporaryDirectory() as d:
        learn = vaegan_learner(s.dls(bs, s.steps, n_valid=bs), 'paper', epochs=3, deterministic=False, **s.small)
        folder = clocked(RunFolder(Path(d)/'run', share=1.), 'after_epoch')
        cbs = [folder, clocked(SampleGrid(Path(d)/'run'/'samples'), 'after_epoch'),
               clocked(FIDCallback(s.judged[0] if not s.rehearse else 16), 'after_validate')]
        with learn.no_bar(), learn.no_logging(): learn.fit_config(cbs=cbs)
        gb = sum(f.stat().st_size for f in (Path(d)/'run').iterdir())/1e9
    last = {k: round(v[-1], 3) for k, v in seconds.items()}
    rates = json.loads((out/'gpu.json').read_text()).get('step', {}).get('steps', {})
    fast = rates.get(f'paper, {bs}, bf16', {}).get('images_per_second')
    share = fast and {k: round(v*fast/CELEBA, 4) for k, v in last.items()}
    return dict(seconds=last, gb_written=round(gb, 2), share_of_an_epoch_of_162770=share,
                note='RunFolder writes after the first and last epoch, and else within 3 % of the time')


def small_run(device, seed, small):
    "Images a second of a small model, for `shared`"
    s = Sizes(small, device)
    return rate(ours('demo', s.dls(16, 2 if small else 200), seed=seed, **s.small), 16, s)


def shared(s, out):
    "Several small runs on one GPU at once"
    gpus, found = [0]*4 if s.device.type == 'cuda' else None, {}
    for n in (1, 4) if gpus else (1, 2):
        submit = processes(n, gpus and gpus[:n])
        jobs = [submit(small_run, str(s.device), k, s.rehearse) for k in range(n)]
        found[f'{n} at a time'] = [j.result() for j in jobs]
        print(found, flush=True)
    total = lambda v: round(sum(r['images_per_second'] for r in v), 1)
    return {k: dict(images_per_second=total(v), each=v) for k, v in found.items()}


def profiled(s, out):
    "Operators by their time on the device, in profile.txt"
    learn = vaegan_learner(s.dls(s.batches[-1], 6), 'paper', deterministic=False, **s.small)
    cuda = s.device.type == 'cuda'
    with learn.no_bar(), learn.no_logging():
        learn.fit(1)
        with profile(activities=[ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if cuda else [])]) as p: learn.fit(1)
    key = 'self_device_time_total' if cuda else 'self_cpu_time_total'
    rows = sorted(p.key_averages(), key=lambda r: -getattr(r, key))
    total = sum(getattr(r, key) for r in rows)
    lines = [f'{getattr(r, key)/total:7.2%} {r.count:7} {r.key[:100]}' for r in rows[:40]]
    (out/'profile.txt').write_text(f'{about(s.device)}; 7 steps of {s.batches[-1]}\n' + '\n'.join(lines) + '\n')
    launches = sum(r.count for r in rows if getattr(r, key))
    return dict(seconds_on_device=round(total/1e6, 4), launches=launches, first=lines[:5])


KILLED = textwrap.dedent('''
    import sys, time, warnings
    warnings.filterwarnings('ignore')
    import torch
    from fastai.callback.core import Callback
    from vaegan_nb.data import array_dls
    from vaegan_nb.faces import SynthFaces
    from vaegan_nb.runs import train_run
    path, device, width, strict = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4] == 'strict'
    if strict: torch.use_deterministic_algorithms(True)
    x = SynthFaces(n=288, size=64)[:]
    class Dawdle(Callback):
        def before_batch(self):
            if path.endswith('killed') and self.learn.epochs_done == 1 and self.iter == 2 and self.training:
                print('second epoch', flush=True)
                time.sleep(60)
    dls = array_dls(x[:256], x[256:], bs=32, device=device)
    train_run(dls, path, sys.argv[5], width=width, epochs=1 if strict else 3, resume='resume' in sys.argv, cbs=Dawdle())
''')


def resumed(s, out):
    "A run that is killed and resumed, against one that was left alone, in deterministic mode: the same bits?"
    found = {}
    with tempfile.TemporaryDirectory() as d:
        env = dict(os.environ, CUBLAS_WORKSPACE_CONFIG=':4096:8')
        def start(name, preset, *more, strict=''):
            call = [sys.executable, '-c', KILLED, f'{d}/{name}', str(s.device), str(1/16 if s.rehearse else .5),
                    strict or 'plain', preset, *more]
            return subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
        for preset in ('paper', 'best'):
            p = start(f'{preset} straight', preset)
            said, _ = p.communicate()
            if p.returncode: raise RuntimeError(said[-500:])
            p = start(f'{preset} killed', preset)
            if not any('second epoch' in line for line in p.stdout): raise RuntimeError('it ended by itself')
            p.send_signal(signal.SIGKILL)
            p.wait()
            p.stdout.close()
            (Path(d)/f'{preset} killed').rename(Path(d)/f'{preset} resumed')
            said, _ = start(f'{preset} resumed', preset, 'resume').communicate()
            same = {f: (Path(d)/f'{preset} straight'/f).read_bytes() == (Path(d)/f'{preset} resumed'/f).read_bytes()
                    for f in ('model.safetensors', 'history.csv', 'config.json')}
            p = start(f'{preset} strict', preset, strict='strict')           # PyTorch names an operation that is not
            said, _ = p.communicate()
            found[preset] = dict(same, refused_by_pytorch=said.strip().splitlines()[-1][:300] if p.returncode else None)
    if not all(v[f] for v in found.values() for f in ('model.safetensors', 'history.csv')):
        raise RuntimeError(f'not the same bits: {found}')
    return found


def faces(s, out, seconds):
    "The preset 'best' on the real faces, at full width, for some minutes"
    folder = real_faces()
    if folder is None: raise FileNotFoundError('wanted utkface/faces64.zip, found none: see VAEGAN_FACES in gpu.sh')
    images = open_images(folder/'utkface'/'faces64.zip', size=64, cache=False, progress=False)
    train, valid = images.split('train'), images.split('valid')
    if s.rehearse: train, valid = train.view(slice(256)), valid.view(slice(32))
    cfg = configure('best', deterministic=False, **s.small)
    dls, times = array_dls(train, valid, bs=cfg.bs, device=s.device), []
    trial = vaegan_learner(dls, cfg)
    with trial.no_bar(), trial.no_logging():
        for _ in range(2):                                                   # the first tries cuDNN's kernels
            start = time.perf_counter()
            trial.fit_config(1)
            times.append(time.perf_counter() - start)
    epochs = max(2, int(.9*(seconds - sum(times))/times[-1]))
    judge = FaceTeacher().to(s.device)
    reference = Reference.of(train, judge, (1000 if not s.rehearse else 32,), progress=False)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as d:
        run = Path(d)/'best'
        fd = FIDCallback(n=1000 if not s.rehearse else 32, every=max(1, epochs//10), reference=reference)
        learn = vaegan_learner(dls, cfg, epochs=epochs)
        with learn.no_bar(), learn.no_logging():
            learn.fit_config(cbs=[SampleGrid(run/'samples', seed=cfg.seed), RunFolder(run), fd])
        took = time.perf_counter() - start
        pictures = sorted((run/'samples').glob('*.png'))
        shutil.copy(pictures[-1], out/'best.png')
        shutil.copy(run/'history.csv', out/'best_history.csv')
        shutil.copy(run/'metrics.jsonl', out/'best_metrics.jsonl')
        rows = [m for m in read_metrics(run) if not m['name'].endswith('I)')]
        curve = [(m['epoch'], round(m['value'], 2), m['floor']) for m in rows]
        last = {k: v[-1] for k, v in read_history(run).items()}
    return dict(images=len(train), epochs=epochs, bs=cfg.bs, seconds=round(took, 1), computed=learn.computed,
                stopped=learn.stopped, images_per_second=round(len(train)*epochs/took, 1), fd_teacher=curve, last=last)


PARTS = dict(step=step, data=data, evaluation=evaluation, overheads=overheads, shared=shared, profile=profiled,
             resumed=resumed, faces=faces)


@call_parse
def main(
    part:str, # step, data, evaluation, overheads, shared, profile, resumed or faces
    out:str, # Folder
    device:str='cuda', # cuda or cpu
    rehearse:bool=False, # Everything small
    seconds:float=240. # For faces
):
    s, out, start = Sizes(rehearse, device), Path(out), time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    file = out/'gpu.json'
    if not file.exists(): file.write_text('{}')
    more = dict(seconds=seconds) if part == 'faces' else {}
    signal.signal(signal.SIGTERM, lambda *args: sys.exit('its time was up'))
    try: result = PARTS[part](s, out, **more)
    except BaseException as e:
        result = dict(failed=f'{type(e).__name__}: {str(e)[:500]}', until_then=s.found)
        raise
    finally:
        commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], capture_output=True, text=True).stdout.strip()
        known = json.loads(file.read_text())
        known |= {'about': about(s.device), 'auto': auto_precision(s.device), 'commit': commit, 'rehearsal': rehearse,
                  part: dict(result, took=round(time.perf_counter() - start, 1))}
        file.write_text(json.dumps(known, indent=1) + '\n')
    print(json.dumps(known[part], indent=1))
