"""Traversals of a study of disentangling: `python scripts/disentangle_pictures.py STUDY` writes results/disentangle/*.png

Of the first seed of β = 1 and of one penalty, for both losses: the units that know most of a factor, each moved from -3
to 3 and named after that factor. All start from the same face.
"""
import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from vaegan_nb.designs import LOSSES
from vaegan_nb.faces import SynthFaces
from vaegan_nb.latent import plot_traversals

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('study')
p.add_argument('--penalty', default='factor15', help='end of the key of a row')
p.add_argument('--out', default='results/disentangle')
a = p.parse_args()

data = SynthFaces(size=32)
settings = data.sample_factors(4000, np.random.default_rng(0))
faces, factors = data.render(settings, np.random.default_rng(1)), dict(zip(data.factor_names, settings.T))
for loss in LOSSES:
    for end in '', f'_{a.penalty}':
        fig = plot_traversals(Path(a.study)/'runs'/f'{loss}{end}-0', faces, n=5, steps=7, factors=factors)
        path = Path(a.out)/f'{loss}{end}-0.png'
        fig.savefig(path, dpi=60, bbox_inches='tight')
        Image.open(path).convert('RGB').quantize(128).save(path, optimize=True)
        plt.close(fig)
