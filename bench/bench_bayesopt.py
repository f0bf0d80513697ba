"""Regret of vaegan_nb.bayesopt, scikit-optimize's GP with EI and random search: writes results/bayesopt_regret.json

Usage: OMP_NUM_THREADS=1 python bench/bench_bayesopt.py [SEEDS=20] [NOISY_SEEDS=100] [FILE]
FILE is results/bayesopt_regret.json unless given.
Needs scikit-optimize. The three methods take turns, seed by seed; all have the same noise and budget, and the two with
a process the same first points. The noisy curve, whose regret scatters most, is summarised for SEEDS and NOISY_SEEDS.
"""
import json, platform, sys, time, warnings
from pathlib import Path

import numpy as np
import scipy
import skopt

from vaegan_nb.bayesopt import BayesOpt

warnings.filterwarnings('ignore')


def branin(x):
    a, b = x
    return (b - 5.1/(4*np.pi**2)*a**2 + 5/np.pi*a - 6)**2 + 10*(1 - 1/(8*np.pi))*np.cos(a) + 10


def hartmann3(x):
    A = np.array([[3, 10, 30], [.1, 10, 35], [3, 10, 30], [.1, 10, 35]])
    P = 1e-4*np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
    return -np.array([1, 1.2, 3, 3.2])@np.exp(-(A*(np.asarray(x) - P)**2).sum(1))


def fid_like(x):
    "A valley at 75, 14 deep, with a bump at 25: the size and the noise of the report's FIDs"
    b = x[0]
    return 127 + 18*(1 - np.exp(-.5*((b - 75)/30)**2)) + 5*np.exp(-.5*((b - 25)/10)**2)


grid = np.linspace(1, 150, 149_001)
FLOOR = min(fid_like([b]) for b in grid[::10])
TASKS = {'Branin': (branin, [(-5., 10.), (0., 15.)], .39788735772973816, 30, 0.),
         'Hartmann-3': (hartmann3, [(0., 1.)]*3, -3.86277979, 40, 0.),
         'FID-like, noise sd 5': (fid_like, [(1., 150.)], FLOOR, 24, 5.)}


def new_study(bounds, budget, init, seed):
    return BayesOpt({f'x{i}': b for i, b in enumerate(bounds)}, budget=budget, init=init, tol=0, seed=seed)


def ours(f, bounds, y, budget, init, noise, seed):
    "Values of f at what is recommended after each trial from `init` on"
    study = new_study(bounds, budget, init, seed)
    for n in range(budget):
        t = study.ask()
        study.tell(t.id, y(list(t.params.values()), n))
        if n + 1 >= init:
            best = study.best.params if noise else min(study.told, key=lambda t: t.value).params
            yield f(list(best.values()))


def scikit_optimize(f, bounds, y, budget, init, noise, seed):
    study = new_study(bounds, budget, init, seed)
    X = [list(study.ask().params.values()) for _ in range(init)]
    Y = [y(x, n) for n, x in enumerate(X)]
    opt = skopt.Optimizer(bounds, 'GP', n_initial_points=init, acq_func='EI', random_state=seed)
    opt.tell(X, Y)
    while True:
        at = opt.models[-1].predict(opt.space.transform(X)) if noise else Y
        yield f(X[int(np.argmin(at))])
        if len(X) == budget: return
        X.append(opt.ask())
        Y.append(y(X[-1], len(X) - 1))
        opt.tell(X[-1], Y[-1])


def random(f, bounds, y, budget, init, noise, seed):
    lo, hi = np.array(bounds).T
    X = lo + (hi - lo)*np.random.default_rng((seed, 1)).random((budget, len(bounds)))
    Y = [y(x, n) for n, x in enumerate(X)]
    for n in range(init, budget + 1): yield f(X[int(np.argmin(Y[:n]))])


METHODS = {'here': ours, 'scikit-optimize': scikit_optimize, 'random': random}


def summary(regret):
    "Of the regret after each trial, shape (seeds, trials) for each method; intervals from a bootstrap of the pairs"
    path = {m: np.array(r) for m, r in regret.items()}
    def against(kind, d):
        boot = np.random.default_rng(0).choice(d, (10_000, len(d))).mean(1)
        interval = np.quantile(boot, (.025, .975)).round(4).tolist()
        return {kind: dict(mean=round(float(d.mean()), 4), interval_95=interval,
                           wins=int((d < 0).sum()), losses=int((d > 0).sum()))}
    here, there = path['here'], path['scikit-optimize']
    return dict(seeds=len(here), median_final={m: float(np.median(p[:, -1])) for m, p in path.items()},
                mean_final={m: float(p[:, -1].mean()) for m, p in path.items()},
                mean_over_study={m: float(p.mean()) for m, p in path.items()},
                **against('log10_ratio_to_skopt', np.log10(here[:, -1] + 1e-9) - np.log10(there[:, -1] + 1e-9)),
                **against('difference_to_skopt', here[:, -1] - there[:, -1]),
                **against('difference_over_study_to_skopt', (here - there).mean(1)))


def main(seeds=20, noisy_seeds=100, file='results/bayesopt_regret.json'):
    seeds, noisy_seeds, tasks = int(seeds), int(noisy_seeds), {}
    about = (f'{time.strftime("%Y-%m-%d")}, {platform.machine()} CPU, Python {platform.python_version()}, '
             f'numpy {np.__version__}, scipy {scipy.__version__}, scikit-optimize {skopt.__version__}')
    for name, (f, bounds, floor, budget, noise) in TASKS.items():
        init, regret, spent = 2*len(bounds) + 2, {m: [] for m in METHODS}, dict.fromkeys(METHODS, 0.)
        n = noisy_seeds if noise else seeds
        for seed in range(n):
            for m in METHODS:
                luck = np.random.default_rng((seed, 2)).normal(size=budget)      # the n-th trial's, the same for all
                start = time.perf_counter()
                curve = METHODS[m](f, bounds, lambda x, n: f(x) + noise*luck[n], budget, init, noise, seed)
                regret[m].append([float(f'{max(v - floor, 1e-12):.4g}') for v in curve])
                spent[m] += time.perf_counter() - start
            print(name, seed, {m: r[-1][-1] for m, r in regret.items()}, flush=True)
        summaries = [summary({m: r[:k] for m, r in regret.items()}) for k in dict.fromkeys((min(seeds, n), n))]
        tasks[name] = dict(init=init, budget=budget, noise_sd=noise, summaries=summaries, regret=regret,
                           seconds_per_study={m: round(s/n, 2) for m, s in spent.items()})
        Path(file).write_text(json.dumps(dict(about=about, tasks=tasks)) + '\n')


if __name__ == '__main__': main(*sys.argv[1:])
