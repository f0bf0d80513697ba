"""Do attribute vectors move real faces the right way? `python scripts/attribute_edits.py`

Writes results/attribute_edits.json. UTKFace at 64x64 comes from VAEGAN_FACES or from beside the repository. Every other
face of its train split trains models, the others teach the judges; vectors come from the models' half, and all is
measured on the test split. Nothing of the faces is written but these numbers; the pictures nbs/images/attribute_edits_*
show edits of faces that a model made up. Runs and teachers stay in --work, and a second call goes on from there.
"""
import argparse, datetime, itertools, json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F

from vaegan_nb.attributes import (attribute_accuracy, attribute_scores, attribute_similarity, attribute_vectors, edit,
                                  edit_effects, plot_edits, train_teacher)
from vaegan_nb.data import array_dls, open_images
from vaegan_nb.evaluate import generator
from vaegan_nb.features import load_teacher
from vaegan_nb.runs import decode_codes, encode_images, load_run, train_run
from vaegan_nb.sources import real_faces

MODELS = {'VAE': 'vae', 'VAE-GAN': 'vaegan'}
LABELS = ['gender', 'age', 'race']
STRENGTHS = (-2, -1, 0, 1, 2)

def real_images(size=64, cache=None):
    "UTKFace with its attributes and split; `None` where it is missing"
    place = real_faces()
    if place is None: return None
    faces = place/'utkface'
    return open_images(faces/'faces64.zip', size, 'whole', attributes=faces/'attributes.csv', cache=cache,
                       progress=False)

def halves(images):
    "Images for the models and for the teachers, each with the valid and the test split"
    train, rest = np.flatnonzero(images.splits == 0), np.flatnonzero(images.splits > 0)
    return tuple(images.view(np.r_[train[i::2], rest]) for i in (0, 1))

def a_model(images, path, **settings):
    "A run folder, trained as far as it is not yet"
    dls = array_dls(images.split('train'), images.split('valid'), bs=32, seed=settings['seed'], device='cpu')
    train_run(dls, path, 'demo', resume=True, **settings)
    return load_run(path)[0]

def a_teacher(images, path, seed, **settings):
    "A teacher, from its file where there is one, and how often it is right on the test split"
    teacher = load_teacher(path) if path.exists() else train_teacher(images, LABELS, bins=4, seed=seed, **settings)
    if not path.exists(): teacher.save(path)
    return teacher

def judge_edits(net, vectors, test, teacher, seed=0):
    "Shares of test images that go up, and mean predictions, by strength; and the same for aimless directions"
    z, g = encode_images(net, test)[0], torch.Generator().manual_seed(seed)
    up = {s: edit_effects(net, z, vectors, teacher, s) for s in (-1, 1)}
    some = z[:200]
    see = lambda k, v, s=1: attribute_scores(teacher, edit(net, some, v, s), [k])[k]
    curve = {k: [float(see(k, v, s).mean()) for s in STRENGTHS] for k, v in vectors.items()}
    aimless = {k: [] for k in vectors}
    for k, v in [*vectors.items()]*10:
        change = see(k, F.normalize(torch.randn(len(v), generator=g), dim=0)*v.norm()) - see(k, v, 0)
        aimless[k].append({'up': float((change > 0).mean()), 'shift': float(change.mean())})
    return {'up': up, 'mean class': curve, 'aimless': aimless}

def judge_images(net, vectors, test, teacher, seed=0):
    "Attribute similarity of reconstructions, samples, samples moved to their targets, and the best of 10 samples"
    n, g = len(test), torch.Generator().manual_seed(seed)
    prior = torch.randn(n, net.nz, generator=g)
    moved = prior.clone()
    for k, v in vectors.items():
        t = torch.from_numpy(test.attributes[:, test.attribute_names.index(k)])
        rank = t.argsort().argsort()/(n - 1) if len(t.unique()) > 2 else t    # 0 to 1
        moved += v*(2*rank - 1)[:, None]
    judged = {'reconstructions': decode_codes(net, encode_images(net, test)[0]), 'samples': decode_codes(net, prior),
              'samples, moved': decode_codes(net, moved)}
    scores = {k: attribute_similarity(teacher, x, test) for k, x in judged.items()}
    few = test.view(slice(0, 500))
    many = generator(net, 10*len(few), seed)
    scores['samples, best of 10'] = attribute_similarity(teacher, many, few, best_of=10)
    return {k: {o: getattr(s, o) for o in ('value', 'ceiling', 'floor', 'n', 'best_of')} for k, s in scores.items()}

def main(work='runs/attribute_edits', epochs=12, nz=64, teacher_epochs=8, cache=None,
         out='results/attribute_edits.json'):
    images, work = real_images(cache=cache), Path(work)
    if images is None: raise FileNotFoundError('Wanted UTKFace, found none: VAEGAN_FACES names its folder')
    work.mkdir(parents=True, exist_ok=True)
    (mine, theirs), test = halves(images), images.split('test')
    teachers = {s: a_teacher(theirs, work/f'teacher-{s}.safetensors', 10 + s, epochs=teacher_epochs) for s in (0, 1)}
    both = lambda o: {'right': float(o[0]), 'commonest class': float(o[1])}
    right = lambda t: {k: both(o) for k, o in attribute_accuracy(t, test).items()}
    result = {'data': 'UTKFace 64x64', 'date': str(datetime.date.today()), 'strengths': STRENGTHS,
              'teachers': {10 + s: right(t) for s, t in teachers.items()},
              'n': {'model': len(mine.split('train')), 'teacher': len(theirs.split('train')), 'test': len(test)},
              'settings': {'preset': 'demo', 'nz': nz, 'epochs': epochs, 'teacher epochs': teacher_epochs},
              'device': f'CPU, {torch.get_num_threads()} thread(s), torch {torch.__version__}', 'rows': []}
    for seed, (name, model) in itertools.product((0, 1), MODELS.items()):
        net = a_model(mine, work/f'{name}-{seed}', model=model, nz=nz, epochs=epochs, seed=seed)
        vectors = attribute_vectors(net, mine.split('train'), ['gender', 'age'])
        about = {'model': name, 'model seed': seed, 'length': {k: v.norm().item() for k, v in vectors.items()}}
        for s, t in teachers.items():
            row = {**about, 'teacher seed': 10 + s, **judge_edits(net, vectors, test, t),
                   'similarity': judge_images(net, vectors, test, t)}
            print(name, seed, s, {k: (row['up'][1][k][k], 1 - row['up'][-1][k][k]) for k in vectors}, flush=True)
            result['rows'].append(row)
        Path(out).write_text(json.dumps(result, indent=1) + '\n')
        if seed: continue
        z = torch.randn(3, nz, generator=torch.Generator().manual_seed(1))
        fig = plot_edits(net, z, vectors, STRENGTHS)
        fig.savefig(f'nbs/images/attribute_edits_{model}.png', dpi=100, facecolor='white')
        plt.close(fig)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--work', default='runs/attribute_edits', help='folder of runs and teachers')
    parser.add_argument('--epochs', type=int, default=12)
    parser.add_argument('--nz', type=int, default=64)
    parser.add_argument('--teacher_epochs', type=int, default=8)
    parser.add_argument('--cache', help='folder of decoded images, see open_images')
    parser.add_argument('--out', default='results/attribute_edits.json')
    main(**vars(parser.parse_args()))
