"""Training at the report's size: images a second, ten epochs of a CelebA-sized array, memory, profile, bf16 and fp32

Usage: python bench/bench_training.py --device cuda
       on a GPU: some 10 minutes, writes results/training_bench_cuda.json
       python bench/bench_training.py --device cpu --n 512 --width .25 --bs 32 --epochs 1 --curve 64     a rehearsal
"""
import json, statistics, time, warnings
from pathlib import Path

import numpy as np
import torch
from fastai.callback.core import Callback
from fastcore.script import call_parse
from torch.profiler import ProfilerActivity, profile

from bench_step import about, matrix_rate, wait
from vaegan_nb.data import array_dls
from vaegan_nb.evaluate import FIDCallback
from vaegan_nb.faces import SynthFaces
from vaegan_nb.learner import vaegan_learner

warnings.filterwarnings('ignore')
GFLOP = 15.60 # of one image in a step at width 1, see 04_trainer


class Steps(Callback):
    "Seconds of every epoch's training, and the losses of all steps"
    order, run_valid = 200, False
    def before_fit(self): self.seconds = []
    def before_train(self): wait(self.dls.device); self.start = time.perf_counter()
    def after_train(self): wait(self.dls.device); self.seconds.append(time.perf_counter() - self.start)


def train(dls, epochs, cbs=(), **settings):
    "Train and return the Learner and its clock"
    learn, steps = vaegan_learner(dls, 'paper', epochs=epochs, **settings), Steps()
    with learn.no_bar(), learn.no_logging(): learn.fit_config(cbs=[steps, *cbs])
    return learn, steps


def profiled(dls, **settings):
    "Operators by the time that they take on the device (on a CPU: by their own time)"
    learn, cuda = vaegan_learner(dls, 'paper', epochs=1, **settings), dls.device.type == 'cuda'
    with learn.no_bar(), learn.no_logging():
        learn.fit_config()
        activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if cuda else [])]
        with profile(activities=activities) as p: learn.fit_config()
    key = 'self_device_time_total' if cuda else 'self_cpu_time_total'
    rows = sorted(p.key_averages(), key=lambda r: -getattr(r, key))
    total = sum(getattr(r, key) for r in rows)
    return [[r.key[:80], round(getattr(r, key)/total, 4), r.count] for r in rows[:25]]


def curves(dls, steps, seeds, **settings):
    "Smoothed loss of each step, one list a seed"
    out = []
    for seed in seeds:
        learn, _ = train(dls, max(1, steps//len(dls.train)), seed=seed, **settings)
        out.append([round(float(l), 4) for l in learn.recorder.losses])
    return out


@call_parse
def main(
    device:str='cuda', # cuda or cpu
    n:int=162_770, # Images of the array
    width:float=1., # Multiplies every channel count of Table 1
    bs:int=256, # Images in a batch
    epochs:int=10, # Passes over the array
    curve:int=600, # Steps of the comparison of bf16 with fp32, on faces; 3 seeds each
    file:str=None # Where the result goes
):
    dev = torch.device(device)
    pixels = np.random.default_rng(0).integers(0, 256, (n, 64, 64, 3), dtype=np.uint8)
    dls = array_dls(pixels, pixels[:bs], bs=bs, device=dev)
    cuda = dev.type == 'cuda'
    out = dict(about=about(dev), n=n, width=width, bs=bs, epochs=epochs,
               matrix_tflops={str(t)[6:]: round(matrix_rate(dev, t)/1e12, 3) for t in (torch.float32, torch.bfloat16)})
    for precision in ('bf16', 'fp32'):
        if cuda: torch.cuda.reset_peak_memory_stats()
        learn, steps = train(dls, epochs if precision == 'bf16' else 1, precision=precision, width=width)
        rates = [len(dls.train)*bs/s for s in steps.seconds]
        dtype = torch.bfloat16 if precision == 'bf16' else torch.float32
        share = statistics.median(rates)*GFLOP*1e9/matrix_rate(dev, dtype) if width == 1 else None
        out[precision] = dict(images_per_second=[round(r, 1) for r in rates], seconds=round(sum(steps.seconds), 2),
                              peak_memory_gb=round(torch.cuda.max_memory_allocated()/1e9, 2) if cuda else None,
                              share_of_matrix_rate=share and round(share, 3))
        print(precision, out[precision], flush=True)
    measured = FIDCallback(n=min(1000, n//2))
    start = time.perf_counter()
    train(dls, 1, [measured], precision='bf16', width=width)
    once = time.perf_counter() - start
    start = time.perf_counter()
    _, steps = train(dls, 1, [measured], precision='bf16', width=width)      # the real side is kept
    out['measuring'] = dict(first_epoch=round(once, 2), epoch=round(time.perf_counter() - start, 2),
                            training=round(sum(steps.seconds), 2))
    few = array_dls(pixels[:8*bs], pixels[:bs], bs=bs, device=dev)
    out['profile'] = profiled(few, precision='bf16', width=width)
    faces = SynthFaces(n=20*bs if cuda else 8*bs)[:]
    dls = array_dls(faces[bs:], faces[:bs], bs=bs, device=dev)
    fp32, bf16 = (np.array(curves(dls, curve, range(3), precision=p, width=width)) for p in ('fp32', 'bf16'))
    late = slice(fp32.shape[1]//2, None)
    spreads = abs(bf16.mean(0) - fp32.mean(0))[late]/np.ptp(fp32, 0)[late]
    out['curves'] = dict(fp32=fp32.tolist(), bf16=bf16.tolist(),
                         distance_in_spreads=round(float(np.median(spreads)), 3))
    file = Path(file or f'results/training_bench_{device}.json')
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(out) + '\n')
    print({k: v for k, v in out.items() if k not in ('profile', 'curves')}, out['curves']['distance_in_spreads'])
