"""Finished runs of a study before a judge that taught nobody and that no search has seen.

    python scripts/judge_runs.py FOLDER_OF_THE_STUDY TABLE.csv synth|dlib [N [REAL]]

`synth`: the teacher in this package, taught on drawn faces. `dlib`: dlib's face recognition network (King 2017), which
reads images enlarged to 150x150 pixels; it wants `pip install dlib-bin face_recognition_models`, and is slow: take some
500 of 3,000. A row for each run, and one of held-out faces: the Fréchet distance of N images (1,000) of the run's own
prior, of N(0, I) and of reconstructions of held-out faces, each to the first REAL training faces (all); precision and
recall of the first; and how far its images are from the nearest of those training faces in the judge's features, the
median and the nearest hundredth. Rows that the file has are kept."""
import hashlib, importlib.util, sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.spatial.distance import cdist
from torch.nn import functional as F

from vaegan_nb.evaluate import Reference
from vaegan_nb.experiments import open_study
from vaegan_nb.features import FaceTeacher, feature_stats, iter_features
from vaegan_nb.fid import FeatureStats
from vaegan_nb.latent import reconstruct
from vaegan_nb.runs import load_run, sample

folder, table, who, *sizes = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
n, n_real = [int(o) for o in sizes] + [1000, None][len(sizes):]

def dlib_judge():
    "Function of images in [-1, 1], (n, 3, height, width), that returns features, (n, 128)"
    import dlib
    packages = importlib.util.find_spec('face_recognition_models').submodule_search_locations
    weights = Path(packages[0])/'models'/'dlib_face_recognition_resnet_model_v1.dat'
    network = dlib.face_recognition_model_v1(str(weights))
    def features(x):
        x = F.interpolate(x.float(), (150, 150), mode='bicubic', antialias=True).clamp(-1, 1)
        x = ((x + 1)*127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        found = [network.compute_face_descriptor(np.ascontiguousarray(o)) for o in x]
        return torch.from_numpy(np.array(found, np.float32))
    features.protocol = {'extractor': 'dlib', 'weights': hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}
    return features

judge = dict(synth=FaceTeacher, dlib=dlib_judge)[who]()
study, train, valid, _ = open_study(str(folder))
path = folder/f'judge_{who}_{n_real or len(train)}.npz'
if not path.exists():
    stats = None
    for f, about in iter_features(train.view(slice(n_real)), judge):
        stats = (FeatureStats(about, keep=len(train)) if stats is None else stats).update(f)
    stats.save(path)
reference = Reference(FeatureStats.load(path), {}, judge)
rows = pd.read_csv(table).to_dict('records') if table.exists() else []
done = {r['run'] for r in rows}

def measured(images):
    "Distance, precision, recall, and distances to the nearest training faces"
    stats = feature_stats(images, judge, n, protocol=reference.stats.protocol)
    m, near = reference.measure(stats, more=True), cdist(stats.features, reference.stats.features).min(1)
    return {'own': m.value, 'precision': m.precision, 'recall': m.recall, 'nearest': np.median(near),
            'nearest hundredth': np.quantile(near, .01)}

def distance(images): return reference.measure(images, n).value

def add(run, **values):
    rows.append(dict(run=run, **values))
    table.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).round(4).to_csv(table, index=False)
    print(rows[-1], flush=True)

if 'held-out faces' not in done: add('held-out faces', **measured(valid))
for result in sorted(folder.glob('runs/*/result.json')):
    run = result.parent
    if run.name in done: continue
    net, cfg = load_run(run)
    values = measured(sample(net, n))
    if cfg.model != 'gan':
        values |= {'N(0, I)': distance(sample(net, n, prior='normal')),
                   'reconstructed': distance(reconstruct(net, valid))}
    add(run.name, **values)
