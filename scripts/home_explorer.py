"Trains a small VAE-GAN on SynthFaces and writes its sliders for the home page, nbs/images/explorer.html. python scripts/home_explorer.py [EPOCHS]"
import sys
from pathlib import Path

from vaegan_nb.data import get_dls
from vaegan_nb.faces import SynthFaces
from vaegan_nb.latent import explorer_page
from vaegan_nb.learner import vaegan_learner

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
dls = get_dls('synth:6000', size=32, bs=32, device='cpu', progress=False)
learn = vaegan_learner(dls, 'demo', model='vaegan', nz=16, epochs=epochs)
with learn.no_bar(): learn.fit_config()
page = Path(__file__).parents[1]/'nbs'/'images'/'explorer.html'
explorer_page(learn, page, SynthFaces(n=256, seed=1, size=32)[:], n=8, title='A VAE-GAN in your browser')
print(f'{page}: {page.stat().st_size/1e6:.2f} MB')
