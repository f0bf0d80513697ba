"""How many Gaussians should a fitted prior have? FD-teacher of pictures of finished runs of a study, by both of its
teachers, for priors of one Gaussian up to 70, drawn twice, beside N(0, I) and the runs' own reconstructions.

    python scripts/prior_kinds.py FOLDER_OF_THE_STUDY results/prior_kinds.csv RUN..."""
import sys, time

import pandas as pd

from vaegan_nb.experiments import open_study
from vaegan_nb.latent import reconstruct
from vaegan_nb.networks import Prior
from vaegan_nb.priors import draw_codes, posteriors
from vaegan_nb.runs import load_run, sample

folder, table, *runs = sys.argv[1:]
prepared, rows, n = open_study(folder), [], 1000

def add(run, what, images, seconds=None):
    values = [judge.measure(images, n).value for judge in prepared.references]
    rows.append(dict(run=run, codes=what, **{'fit seconds': seconds, 'FD-teacher': values[0], 'of the judge': values[1]}))
    pd.DataFrame(rows).round(2).to_csv(table, index=False)
    print(rows[-1], flush=True)

for run in runs:
    net, cfg = load_run(f'{folder}/runs/{run}')
    add(run, 'N(0, I)', sample(net, n, prior='normal'))
    z = draw_codes(*posteriors(net, prepared.train))
    for k in (1, 5, 20, 50, 70):
        prior = Prior(net.nz, 'mixture')
        prior.weights = prior.weights[:1].new_ones(k)                        # room for k of them
        prior.mean, prior.factor = prior.mean[:1].repeat(k, 1), prior.factor[:1].repeat(k, 1, 1)
        start = time.process_time()
        prior.fit(z)
        seconds = time.process_time() - start
        for seed in (0, 1): add(run, prior.name, sample(net, n, seed=seed, prior=prior), seconds)
    add(run, 'reconstructions of held-out faces', reconstruct(net, prepared.valid))
