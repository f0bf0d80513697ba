"Draws nbs/images/study.png from the results of the study on real faces: python scripts/study_picture.py"
from pathlib import Path

from vaegan_nb.tables import load_results, plot_samples

root = Path(__file__).parents[1]
results = load_results(root/'results'/'faces')
fig = plot_samples(results, ['gan_ns-0', 'vae-0', 'vaegan-0', 'beta37.5-0', 'larsen-0', 'best-0'])
fig.savefig(root/'nbs'/'images'/'study.png', dpi=110, facecolor='white')
