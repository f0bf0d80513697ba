"""Writes the sliders of the home page, nbs/images/explorer.html, for the model in the package.

    python scripts/home_explorer.py
"""
from pathlib import Path

from vaegan_nb.faces import SynthFaces
from vaegan_nb.latent import explorer_page
from vaegan_nb.pretrained import load_pretrained

page = Path(__file__).parents[1]/'nbs'/'images'/'explorer.html'
explorer_page(load_pretrained('synth64'), page, SynthFaces(n=256, seed=1, size=64)[:], n=8, title='A VAE-GAN in your browser')
print(f'{page}: {page.stat().st_size/1e6:.2f} MB')
