"""Train the small VAE-GAN that the package carries, `load_pretrained('synth64')`.

    python scripts/pretrained.py runs/synth64 --images 16000 --epochs 8

The same command goes on where it was stopped.
"""
import argparse
from pathlib import Path

from vaegan_nb.data import get_dls
from vaegan_nb.evaluate import FIDCallback
from vaegan_nb.faces import SynthFaces
from vaegan_nb.pretrained import save_pretrained
from vaegan_nb.runs import train_run

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument('run', type=Path, help='run folder')
parser.add_argument('--images', type=int, default=16000, help='training images')
parser.add_argument('--epochs', type=int, default=8)
args = parser.parse_args()

dls = get_dls(SynthFaces(n=round(args.images/.9)), bs=16, fractions=(.9, .1, 0.), progress=False)
settings = dict(enc_fc=512, gamma=250., ema=0., epochs=args.epochs)          # γ and ema as `demo` had them then
learn = train_run(dls, args.run, 'demo', resume=True, cbs=FIDCallback(500), **settings)
if learn.stopped: raise SystemExit(learn.stopped)
print(save_pretrained(args.run, 'vaegan_nb/pretrained/synth64', 'synth64'))
