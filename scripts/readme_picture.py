"Draws nbs/images/faces.png from a finished demo: python scripts/readme_picture.py runs/demo"
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import torch

from vaegan_nb.data import image_grid
from vaegan_nb.evaluate import generator
from vaegan_nb.faces import SynthFaces
from vaegan_nb.runs import load_run

demo, n = Path(sys.argv[1]), 10
rows = {'data': torch.from_numpy(SynthFaces(n=n, seed=1)[:]).permute(0, 3, 1, 2)/127.5 - 1}
for name, folder in {'VAE': 'vae', 'GAN': 'gan', 'VAE-GAN': 'vaegan'}.items():
    rows[name] = generator(load_run(demo/folder)[0], n)(n)
fig, axs = plt.subplots(len(rows), 1, figsize=(8.2, 3.2), dpi=110, layout='constrained')
for ax, (name, images) in zip(axs, rows.items()):
    ax.imshow(image_grid(images, ncol=n))
    ax.set_ylabel(name, rotation=0, ha='right', va='center')
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
fig.savefig(Path(__file__).parents[1]/'nbs'/'images'/'faces.png', facecolor='white', bbox_inches='tight')
