"""A judge that no search here has seen: distances in the features of dlib's face recognition network (128 numbers,
King 2017), for finished runs of a study on real faces. `pip install dlib-bin face_recognition_models`, then

    python scripts/judge_dlib.py FOLDER_OF_THE_STUDY results/long/judge_dlib.csv [N]

Images are enlarged to the 150x150 pixels that the network reads. A row for each run: 1,000 images (or N) of its own
prior, of N(0, I), and reconstructions of held-out faces; and one of held-out faces themselves. Rows that the file has
are kept."""
import hashlib, importlib.util, sys
from pathlib import Path

import dlib
import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from vaegan_nb.evaluate import Reference
from vaegan_nb.experiments import open_study
from vaegan_nb.latent import reconstruct
from vaegan_nb.runs import load_run, sample

folder, table, n = Path(sys.argv[1]), Path(sys.argv[2]), int((sys.argv[3:] or [1000])[0])
packages = importlib.util.find_spec('face_recognition_models').submodule_search_locations
weights = Path(packages[0])/'models'/'dlib_face_recognition_resnet_model_v1.dat'
network = dlib.face_recognition_model_v1(str(weights))

def dlib_faces(x):
    "Images in [-1, 1], (n, 3, height, width), to features, (n, 128)"
    x = F.interpolate(x.float(), (150, 150), mode='bicubic', antialias=True).clamp(-1, 1)
    x = ((x + 1)*127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return torch.from_numpy(np.array([network.compute_face_descriptor(np.ascontiguousarray(o)) for o in x], np.float32))

dlib_faces.protocol = {'extractor': 'dlib', 'weights': hashlib.sha256(weights.read_bytes()).hexdigest()[:16]}
study = open_study(str(folder))
real = study.train.view(slice(0, 3*n))
path = folder/f'dlib_{n}.npz'
if not path.exists(): Reference.of(real, dlib_faces, (n,), progress=True).save(path)
reference = Reference.load(path, dlib_faces)
rows = pd.read_csv(table).to_dict('records') if table.exists() else []
done = {r['run'] for r in rows}

def measure(images): return reference.measure(images, min(n, len(images)), progress=True).value

def add(run, **values):
    rows.append(dict(run=run, n=n, floor=reference.floors[n], **values))
    table.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).round(6).to_csv(table, index=False)
    print(rows[-1], flush=True)

if 'held-out faces' not in done: add('held-out faces', own=measure(study.valid))
for result in sorted(folder.glob('runs/*/result.json')):
    run = result.parent
    if run.name in done: continue
    net, cfg = load_run(run)
    values = dict(own=measure(sample(net, n)))
    if cfg.model != 'gan':
        values |= dict(normal=measure(sample(net, n, prior='normal')),
                       reconstructed=measure(reconstruct(net, study.valid)))
    add(run.name, **values)
