"""`vaegan_eval` on two folders against pytorch-fid's command, with the same random weights; in turn, in one run.

    pip install pytorch-fid "scipy<1.18"
    python bench/bench_eval.py --out results/eval_bench.json

Bars: no slower than pytorch-fid on the CPU, though it gives KID, precision, recall and a floor as well, and the same
Frechet distance to 1e-4; the script fails where one is missed. Random weights say nothing about the images.
"""
import argparse, json, os, platform, resource, subprocess, sys, tempfile, time
from datetime import date
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torchvision.models.inception import inception_v3

from vaegan_nb.faces import SynthFaces

CACHED = 'pt_inception-2015-12-05-6726825d.pth' # what pytorch-fid downloads


def random_weights(path, seed=0):
    "Seeded random weights in the layout of the FID's file, with no dead channel"
    g = torch.Generator().manual_seed(seed)
    net = inception_v3(weights=None, num_classes=1008, aux_logits=False, init_weights=False).train()
    for m in net.modules():
        if isinstance(m, nn.Conv2d): m.weight.data.normal_(0, (2/m.weight[0].numel())**.5, generator=g)
        if isinstance(m, nn.BatchNorm2d): m.momentum = 1
    faces = torch.from_numpy(SynthFaces(6, seed=7)[:]).permute(0, 3, 1, 2)/127.5 - 1
    with torch.no_grad(): net(F.interpolate(faces, (299, 299), mode='bilinear'))
    torch.save(net.state_dict(), path)


def timed(command, env):
    "What a command printed, its seconds, and its seconds of processor"
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    start, cpu = time.perf_counter(), used()
    p = subprocess.run([str(c) for c in command], env=env, capture_output=True, text=True)
    if p.returncode: sys.exit(p.stderr)
    return p.stdout, time.perf_counter() - start, used() - cpu


def main(n=200, repeats=2, out=None):
    with tempfile.TemporaryDirectory() as tmp:
        tmp = Path(tmp)
        (tmp/'hub'/'checkpoints').mkdir(parents=True)
        weights = tmp/'hub'/'checkpoints'/CACHED
        random_weights(weights)
        for name, seed in (('a', 0), ('b', 1)):
            (tmp/name).mkdir()
            for i, x in enumerate(SynthFaces(n, seed=seed)[:]):
                Image.fromarray(x if name == 'a' else 255 - x).save(tmp/name/f'{i:05}.png')
        env = dict(os.environ, TORCH_HOME=str(tmp))
        ours = [Path(sys.executable).parent/'vaegan_eval', tmp/'a', tmp/'b', '--extractor', 'inception',
                '--weights', weights, '--json']
        theirs = [sys.executable, '-m', 'pytorch_fid', tmp/'a', tmp/'b', '--device', 'cpu', '--num-workers', '0']
        runs = {'vaegan_eval': [], 'pytorch-fid': []}
        for i in range(repeats):
            said, *cost = timed(ours, dict(env, VAEGAN_CACHE=str(tmp/f'cache{i}')))
            value = json.loads(next(l for l in said.splitlines() if l[:1] == '{'))['value']
            runs['vaegan_eval'].append(cost)
            said, *cost = timed(theirs, env)
            their_value = float(said.split()[-1])
            runs['pytorch-fid'].append(cost)
    best = {k: [min(c) for c in zip(*v)] for k, v in runs.items()}
    ratio = [a/b for a, b in zip(best['vaegan_eval'], best['pytorch-fid'])]
    for k, (wall, cpu) in best.items(): print(f'{k:12} {wall:7.1f} s, {cpu:7.1f} s of processor')
    print(f'ours / theirs: {ratio[0]:.2f}, of processor {ratio[1]:.2f}; distances {value:.6g} and {their_value:.6g}')
    commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], capture_output=True, text=True).stdout.strip()
    result = dict(n=n, repeats=repeats, seconds=runs, ratio=ratio, values=[value, their_value], cores=os.cpu_count(),
                  load=os.getloadavg()[0], torch=torch.__version__, machine=platform.machine(), date=str(date.today()),
                  commit=commit)
    if out: Path(out).write_text(json.dumps(result, indent=1) + '\n')
    if ratio[0] > 1 or abs(value/their_value - 1) > 1e-4: sys.exit('a bar is missed')


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--n', type=int, default=200, help='images in each folder')
    parser.add_argument('--repeats', type=int, default=2)
    parser.add_argument('--out', help='file for the results, JSON')
    main(**vars(parser.parse_args()))
