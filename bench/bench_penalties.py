"""What a penalty on the codes costs: `python bench/bench_penalties.py` writes results/penalty_cost.json

A VAE and a VAE-GAN of Table 1 at full width, 64x64, 10 latents, batches of 64: FactorVAE's critic has its published
six layers of 1000 units. The contenders take turns of one step each, in an order that is drawn anew for every round; a
step is timed in seconds of the processor. Other programs only ever make a step slower, so the cost is that of the
fastest step over the fastest without a penalty; how far the rounds are apart is written beside it.
"""
import json, platform, time

import numpy as np
import torch
from fastai.callback.core import Callback
from fastcore.script import call_parse

from vaegan_nb.config import configure
from vaegan_nb.data import array_dls
from vaegan_nb.faces import SynthFaces
from vaegan_nb.learner import vaegan_learner

PENALTIES = dict(none={}, dip2=dict(penalty='dip2'),
                 capacity=dict(penalty='capacity', beta=0.), factor=dict(penalty='factor'))


class Clock(Callback):
    "Seconds of the processor of one step, without the loading of its batch"
    order, run_valid = 200, False
    def before_batch(self): self.start = time.process_time()
    def after_batch(self): self.seconds = time.process_time() - self.start


def contender(cfg, dls):
    "A function that takes one step and returns its seconds"
    learn, clock = vaegan_learner(dls, cfg), Clock()
    def step():
        with learn.no_bar(), learn.no_logging(): learn.fit(1, cbs=clock)
        return clock.seconds
    return step


def measure(model, dls, rounds, size, width, bs):
    "Cost of each penalty in one model"
    rng = np.random.default_rng(0)
    steps = {name: contender(configure('paper', model=model, size=size, width=width, nz=10, bs=bs, **more), dls)
             for name, more in PENALTIES.items()}
    for step in steps.values(): step()
    seconds = {name: [] for name in steps}
    for _ in range(rounds):
        for name in rng.permutation([*steps]): seconds[name].append(steps[name]())
    best = {name: min(s) for name, s in seconds.items()}
    spread = {name: np.quantile(s, (.25, .75)).tolist() for name, s in seconds.items()}
    return dict(model=model, size=size, width=width, bs=bs, rounds=rounds, seconds=best, quartiles=spread,
                cost={name: s/best['none'] - 1 for name, s in best.items() if name != 'none'})


@call_parse
def main(
    rounds:int=12, # Turns of each contender
    models:str='vae,vaegan', # Which
    size:int=64, # Height and width of the images in pixels
    width:float=1., # Multiplies every channel count of Table 1, and the units of the critic
    bs:int=64, # Images in a batch
    file:str='results/penalty_cost.json' # Where the result goes
):
    images = SynthFaces(n=bs + 8, size=size)[:]
    dls = array_dls(images[:bs], images[bs:], bs, 0, device='cpu')
    rows = [measure(model, dls, rounds, size, width, bs) for model in models.split(',')]
    about = dict(date=time.strftime('%Y-%m-%d'), device=f'CPU, {platform.machine()}, {torch.get_num_threads()} threads',
                 torch=torch.__version__, how='seconds of the processor in one step, the fastest of the rounds, in which '
                 'the contenders took turns in drawn order; cost: over that without a penalty, minus 1')
    with open(file, 'w') as f: f.write(json.dumps(dict(about, rows=rows), indent=1) + '\n')
    for r in rows: print(r['model'], f'{r["seconds"]["none"]:.2f} s', {k: f'{100*v:+.1f} %' for k, v in r['cost'].items()})
