"""Batches from a cached array, cache building, memory of a CelebA-sized run, cost of measuring every epoch

Usage: python bench/bench_data.py [--file results/data_bench_cpu.json]
Cache building: JPEGs drawn by SynthFaces, in CelebA's 178x218 and as photographs of 1500x1100, against torchvision's
ImageFolder with the same crop, size and filter in one process; the contenders take turns.
"""
import json, os, platform, statistics, subprocess, sys, tempfile, time, warnings
from pathlib import Path

import numpy as np
import torch
from fastcore.script import call_parse
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from vaegan_nb.config import configure
from vaegan_nb.data import ArrayDL, ImageArray, array_dls, open_images
from vaegan_nb.evaluate import Reference
from vaegan_nb.faces import SynthFaces
from vaegan_nb.features import FaceTeacher, Inception
from vaegan_nb.learner import vaegan_learner

warnings.filterwarnings('ignore')
CELEBA = 162_770 # training images


def draw_jpegs(folder, n, size):
    "A folder of `n` JPEGs, as ImageFolder wants it"
    (folder/'a').mkdir(parents=True)
    faces = SynthFaces(n=64, size=256)[:]
    for i in range(n):
        face = Image.fromarray(faces[i % 64]).resize(size, Image.Resampling.BICUBIC)
        face.save(folder/'a'/f'{i:06}.jpg', quality=95)


def torchvision_loop(folder, crop):
    "Every image once through ImageFolder and a DataLoader in this process"
    resize = transforms.Resize(64, transforms.InterpolationMode.BICUBIC)
    how = transforms.Compose([transforms.CenterCrop(crop), resize, transforms.ToTensor()])
    out = [x for x, _ in DataLoader(ImageFolder(folder, how), batch_size=256)]
    return len(torch.cat(out))


def build(folder, crop, workers):
    "Every image once into a fresh cache"
    with tempfile.TemporaryDirectory(dir=folder.parent) as cache:
        return len(open_images(folder, crop=crop, cache=cache, workers=workers, progress=False))


def turns(contenders, rounds):
    "Images a second of each, over `rounds` turns"
    rates = {k: [] for k in contenders}
    for _ in range(rounds):
        for k, run in contenders.items():
            start = time.perf_counter()
            n = run()
            rates[k].append(n/(time.perf_counter() - start))
    return rates


def loader_rates(folder, bs=256, rounds=5):
    "Images a second from a memory-mapped array, one thread, as uint8 batches and as floats in [-1, 1]"
    np.save(folder/'images.npy', np.random.default_rng(0).integers(0, 256, (20_000, 64, 64, 3), dtype=np.uint8))
    images = ImageArray(np.load(folder/'images.npy', mmap_mode='r'))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    run = lambda **kw: lambda: sum(len(b[0]) for b in ArrayDL(images, bs=bs, shuffle=True, device='cpu', **kw))
    rates = turns({'uint8': run(after_batch=[]), 'floats in [-1, 1]': run()}, rounds)
    torch.set_num_threads(threads)
    return rates


def memory_of_run(steps=20):
    "Largest resident memory of a process that trains (preset demo, bs=64) on a CelebA-sized array and reads it all, GB"
    code = f'''
import warnings; warnings.filterwarnings('ignore')
import numpy as np
from fastai.callback.core import Callback, CancelFitException
from vaegan_nb.config import configure
from vaegan_nb.data import ArrayDL, ImageArray, array_dls
from vaegan_nb.learner import vaegan_learner
images = ImageArray(np.load('images.npy', mmap_mode='r'))
dls = array_dls(images, images.view(np.arange(256)), bs=64, device='cpu')
class Stop(Callback):
    def after_batch(self):
        if self.iter == {steps}: raise CancelFitException
with (learn := vaegan_learner(dls, 'demo')).no_bar(): learn.fit(1, cbs=Stop())
for b in ArrayDL(images, bs=256, shuffle=True, after_batch=[]): pass
print(next(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmHWM'))/1e6)'''
    with tempfile.TemporaryDirectory() as d:
        data = np.lib.format.open_memmap(Path(d)/'images.npy', 'w+', np.uint8, (CELEBA, 64, 64, 3))
        for i in range(0, CELEBA, 10_000): data[i:i+10_000] = i//10_000
        del data
        return float(subprocess.run([sys.executable, '-c', code], cwd=d, env={**os.environ, 'PYTHONPATH': os.getcwd()},
                                    capture_output=True, text=True, check=True).stdout.split()[-1])


def evaluation_cost(device, bs=16, n=1000):
    "Seconds to judge `n` samples of a full-width model, and images a second of its training"
    cfg = configure('paper', precision='auto')
    images = SynthFaces(n=6*bs + 8)[:]
    learn = vaegan_learner(array_dls(images[8:], images[:8], bs=bs, device=device), cfg)
    out = {}
    with learn.no_bar(), learn.no_logging():
        learn.fit(1)
        start = time.perf_counter()
        learn.fit(1)
        out['training images a second'] = 6*bs/(time.perf_counter() - start)
    random = Inception(random_weights(), name='RANDOM-bench')
    for name, net in {'FD-teacher': FaceTeacher(), 'Inception (random weights)': random}.items():
        net.to(device)
        reference = Reference.of(images, net, (), progress=False)
        start = time.perf_counter()
        reference.measure(learn.model, n)
        seconds = time.perf_counter() - start
        share = seconds*out['training images a second']/CELEBA
        out[name] = dict(seconds=round(seconds, 2), share_of_an_epoch_of_162770=round(share, 4))
    return out


def random_weights():
    "A file of random Inception weights, for its time alone"
    from torchvision.models.inception import inception_v3
    path = Path(tempfile.mkdtemp())/'RANDOM.pth'
    state = inception_v3(num_classes=1008, aux_logits=False, weights=None, init_weights=False).state_dict()
    torch.save(state, path)
    return path


@call_parse
def main(
    file:str='results/data_bench_cpu.json', # Where the result goes
    n:int=10_000, # JPEGs of CelebA's size
    n_photos:int=300, # JPEGs of 1500x1100
    rounds:int=3 # Turns of each contender
):
    cores, out = os.cpu_count(), {}
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        out['loader'] = loader_rates(d)
        kinds = (('CelebA-sized', n, (178, 218), 148, 'center148'),
                 ('photographs', n_photos, (1500, 1100), 1100, 'center'))
        for name, count, size, side, crop in kinds:
            draw_jpegs(d/name, count, size)
            out[name] = turns({'torchvision, one process': lambda: torchvision_loop(d/name, side),
                               'here, one thread': lambda: build(d/name, crop, 1),
                               f'here, {cores} threads': lambda: build(d/name, crop, cores)}, rounds)
    ratio = lambda v, other: round(statistics.median(a/b for a, b in zip(v, other)), 2)
    ratios = {f'{name}: {k} / torchvision': ratio(v, out[name]['torchvision, one process'])
              for name in ('CelebA-sized', 'photographs') for k, v in out[name].items() if 'here' in k}
    about = (f'{platform.machine()} CPU, {cores} cores, {time.strftime("%Y-%m-%d")}, torch {torch.__version__}, '
             f'Python {platform.python_version()}')
    rates = {k: {c: [round(r) for r in v] for c, v in o.items()} for k, o in out.items()}
    result = dict(about=about, ratios=ratios, images_per_second=rates,
                  memory_gb=round(memory_of_run(), 2), evaluation=evaluation_cost(torch.device('cpu')))
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_text(json.dumps(result, indent=1) + '\n')
    print(json.dumps(result, indent=1))
