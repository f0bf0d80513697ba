"""How much fine detail do pictures lack? Power of pictures of finished runs at every frequency, as a share of that of
held-out faces, and what a blur of held-out faces that takes as much costs in FD-teacher, by both teachers of a study.

    python scripts/fine_detail.py FOLDER_OF_THE_STUDY results/faces/detail.csv RUN..."""
import sys

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F

from vaegan_nb.experiments import open_study
from vaegan_nb.images import to_floats
from vaegan_nb.latent import reconstruct
from vaegan_nb.runs import load_run, sample

def power_spectrum(x):
    "Power of grey images at 1, 2, ... waves across the picture, mean over directions and images (Durall et al. 2020)"
    grey = x.mean(1)
    power = torch.fft.fft2(grey).abs().pow(2).mean(0)
    waves = torch.fft.fftfreq(len(power))*len(power)
    ring = torch.hypot(waves[:, None], waves).round().long()
    return np.array([power[ring == k].mean().item() for k in range(1, len(power)//2 + 1)])

def blurred(x, share):
    "A share of binomial 3x3 blur in images"
    k = torch.tensor([1., 2., 1.])/4
    soft = F.conv2d(F.pad(x, (1, 1, 1, 1), 'reflect'), (k[:, None]*k).expand(x.shape[1], 1, 3, 3), groups=x.shape[1])
    return torch.lerp(x, soft, share)

folder, table, *runs = sys.argv[1:]
prepared, rows, n = open_study(folder), [], 1000
held_out = to_floats(prepared.valid[:n])
whole = power_spectrum(held_out)

def add(run, pictures, images):
    distances = [judge.measure(images, n).value for judge in prepared.references]
    rows.append(dict(zip(('FD-teacher', 'of the judge'), distances), run=run, pictures=pictures)
                | dict(enumerate(power_spectrum(images)/whole, 1)))
    pd.DataFrame(rows).round(3).set_index(['run', 'pictures']).to_csv(table)
    print(run, pictures, *(f'{d:.2f}' for d in distances), flush=True)

add('', 'training faces', to_floats(prepared.train[:n]))
for share in 0., .1, .2, .3, .4, .5, .6: add('', f'held-out faces, blurred by {share:g}', blurred(held_out, share))
for run in runs:
    net, cfg = load_run(f'{folder}/runs/{run}')
    add(run, 'samples', sample(net, n))
    if 'encoder' in net.nets: add(run, 'reconstructions', reconstruct(net, prepared.valid[:n]))
