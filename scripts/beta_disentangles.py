"""Does beta disentangle? `python scripts/beta_disentangles.py RUNS` writes results/beta_disentangles.json

Trains VAEs on SynthFaces for every beta and seed, each in a run folder under RUNS, and scores each. What is in RUNS
already is not done again, and a killed run goes on. `--only BETA SEED` does one and writes no results.
"""
import argparse, json, platform, time
from dataclasses import asdict
from pathlib import Path

import torch

from vaegan_nb.config import configure
from vaegan_nb.data import ImageArray, array_dls
from vaegan_nb.disentangle import disentanglement_report
from vaegan_nb.evaluate import Reference
from vaegan_nb.faces import SynthFaces
from vaegan_nb.features import FaceTeacher
from vaegan_nb.runs import load_run, train_run

BETAS, SEEDS, SIZE, N, N_TEST = (1, 4, 16, 64), (0, 1, 2), 32, 10_000, 2000
SETTINGS = dict(model='vae', nz=16, epochs=10, precision='fp32')

def train(run, beta, seed):
    "One VAE; the images are the same for all"
    dls = array_dls(SynthFaces(N, seed=0, size=SIZE)[:], SynthFaces(500, seed=1, size=SIZE)[:], bs=64, device='cpu')
    train_run(dls, run, 'demo', resume=True, beta=beta, seed=seed, **SETTINGS)

def score(model, seed):
    "Scores, with the reconstruction error in grey levels, and distance of samples"
    teacher = FaceTeacher()
    real = ImageArray(SynthFaces(2*N_TEST, seed=3, size=SIZE)[:])
    measured = Reference.of(real, teacher, (N_TEST,), progress=False).measure(model, N_TEST)
    report = disentanglement_report(model, sizes=dict(dci_train=1000), repeats=2, seed=seed, show=False)
    return dict(distance=measured.value, floor=measured.floor, name=measured.name, **report.as_dict())

def one(runs, beta, seed):
    "Train and score if that is still to do; the scores"
    run = Path(runs)/f'beta{beta}_seed{seed}'
    path = run/'scores.json'
    if path.exists(): return json.loads(path.read_text())
    train(run, beta, seed)
    out = score(load_run(run)[0], seed)
    path.write_text(json.dumps(out))
    return out

def main(runs, out='results/beta_disentangles.json'):
    rows = [dict(beta=b, seed=s, **one(runs, b, s)) for b in BETAS for s in SEEDS]
    about = dict(date=time.strftime('%Y-%m-%d'), device=f'CPU, {platform.machine()}', torch=torch.__version__,
                 data=f'SynthFaces, {SIZE}x{SIZE}', n_train=N, n_test=N_TEST,
                 config=asdict(configure('demo', size=SIZE, bs=64, **SETTINGS)),
                 error='reconstruction error: root mean square over the pixels of held-out images, grey levels of 255')
    shared = {k: rows[0][k] for k in ('floor', 'name', 'factor_names', 'about')} # draws begin at the seed of the run
    keep = ('beta', 'seed', 'scores', 'active', 'kl', 'std', 'error', 'distance')
    runs = [{k: r[k] for k in keep} for r in rows]
    Path(out).write_text(json.dumps(dict(about, **shared, runs=runs), indent=1) + '\n')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('runs')
    p.add_argument('--only', nargs=2, type=int, metavar=('BETA', 'SEED'))
    a = p.parse_args()
    if a.only: one(a.runs, *a.only)
    else: main(a.runs)
