"""How features rank corruptions of faces: `python scripts/rank_corruptions.py` writes results/teacher_ranking.json

Six ways to spoil a set of faces, each at four strengths. Features are fit to judge a generator if the Frechet distance
from other, untouched faces grows with the strength. Real faces are those of UTKFace at 64x64, from VAEGAN_FACES or from
beside the repository; nothing of them is written but these distances.
"""
import argparse, json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision.transforms.v2.functional import gaussian_blur

from vaegan_nb.data import read_list, zip_source
from vaegan_nb.faces import FACTORS, SynthFaces
from vaegan_nb.features import FaceTeacher, Teacher, feature_stats, fit_teacher
from vaegan_nb.fid import frechet_distance
from vaegan_nb.sources import real_faces

KINDS = {'blur': 'standard deviation, pixels', 'noise': 'standard deviation, grey levels',
         'not faces': 'share of textures', 'dropped': 'share of one kind of face that is missing',
         'collapse': 'images for each different one', 'contrast': 'share of the contrast that is lost'}

def blur(
    u, # uint8, (n, height, width, channels)
    sigma, # pixels
):
    "Gaussian blur"
    x = gaussian_blur(torch.from_numpy(np.ascontiguousarray(u)).permute(0, 3, 1, 2), 2*int(np.ceil(3*sigma)) + 1, sigma)
    return x.permute(0, 2, 3, 1).contiguous().numpy()

def textures(n, size=64, seed=0):
    "Coloured 1/f noise: the spectrum of photographs, and nothing in them"
    rng = np.random.default_rng(seed)
    f = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    f[0, 0] = np.inf
    waves = rng.normal(size=(2, n, 3, *f.shape))/f**1.2
    grey = np.fft.irfft2(waves[0] + 1j*waves[1], s=(size, size))
    x = np.einsum('nij,njhw->nhwi', 1 + rng.normal(0, .5, (n, 3, 3)), grey)
    x *= 50/x.std((1, 2, 3), keepdims=True)
    return (x + rng.uniform(80, 170, (n, 1, 1, 3))).clip(0, 255).astype(np.uint8)

def spoil(
    images, # uint8 NHWC, the first `n` are spoilt, the others stand in for those that are dropped
    member, # bool, which images are of the kind that is dropped
    n, # images in each set
    seed=0,
):
    "{kind: {strength: images}}; of one kind each set holds all the damage of the weaker ones, and more"
    rng, u = np.random.default_rng(seed), images[:n]
    grain, junk = rng.normal(size=u.shape).astype(np.float32), textures(n, u.shape[1], seed)
    go, come = np.flatnonzero(member[:n]), n + np.flatnonzero(~member[n:])
    def drop(share):
        rows, k = np.arange(n), round(share*len(go))
        rows[go[:k]] = come[:k]
        return images[rows]
    to_uint8 = lambda x: x.round().clip(0, 255).astype(np.uint8)
    return {
        'blur': {s: blur(u, s) for s in (.5, 1, 2, 4)},
        'noise': {s: to_uint8(u + s*grain) for s in (5, 10, 20, 40)},
        'not faces': {s: np.concatenate([junk[:round(s*n)], u[round(s*n):]]) for s in (.05, .1, .2, .4)},
        'dropped': {s: drop(s) for s in (.25, .5, .75, 1)},
        'collapse': {s: u[np.arange(n) % (n//s)] for s in (2, 4, 10, 20)},
        'contrast': {s: to_uint8(u + s*(127.5 - u)) for s in (.1, .2, .4, .8)}}

def rank(
    reference, # untouched images
    clean, # other untouched images, as many as in each spoilt set
    spoilt, # see `spoil`
    extractor,
):
    "`floor`, the distance of the clean images, and for each kind the distances in floors by strength"
    stats = feature_stats(reference, extractor, progress=False)
    distance = lambda u: frechet_distance(stats, feature_stats(u, extractor, progress=False))
    floor = distance(clean)
    kinds = {k: {str(s): distance(u)/floor for s, u in sets.items()} for k, sets in spoilt.items()}
    return {'floor': floor, 'kinds': kinds}

def monotone(curve):
    "Does the distance grow from the clean images on, with every strength?"
    return bool((np.diff([1, *curve.values()]) > 0).all())

def real_faces(n, start=0):
    "Images and labels (age in years, gender and race as codes, -1 unknown), or `None` where there are no real faces"
    place = real_faces()
    if place is None: return None
    source = zip_source(place/'utkface'/'faces64.zip')
    names = source.names[start:start + n]
    columns, rows = read_list(place/'utkface'/'attributes.csv')
    table = np.array([rows[o] for o in names])
    labels = {k: table[:, columns.index(k)].astype(int) for k in ('age', 'gender', 'race')}
    return np.stack([np.asarray(source.read(o).convert('RGB')) for o in names]), labels

def age_bins(age): return np.where(age < 0, -1, np.digitize(age, [13, 20, 26, 31, 41, 56]))

def untrained(seed=0):
    "A teacher that was taught nothing"
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        teacher = Teacher({'nothing': 2})
        for m in teacher.modules():
            if isinstance(m, nn.Conv2d): nn.init.kaiming_normal_(m.weight)
    return teacher.eval()

def synthetic_sets(n, seed=11):
    "Reference, clean and spoilt SynthFaces; the kind that is dropped has a goatee or a full beard"
    faces = SynthFaces(4*n, seed=seed)
    bearded = faces.factors()[n:, [f.name for f in FACTORS].index('beard')] > 1
    rest = faces[n:]
    return faces[:n], rest[:n], spoil(rest, bearded, n)

def real_sets(n, start=0):
    "Reference, clean and spoilt real faces; the kind that is dropped is women"
    u, labels = real_faces(4*n, start)
    return u[:n], u[n:2*n], spoil(u[n:], labels['gender'][n:] == 1, n)

def main(n=2000, n_teach=6000, out='results/teacher_ranking.json', seed=0):
    teachers = {'SynthFaces teacher': FaceTeacher(), 'untrained': FaceTeacher(untrained())}
    result = {'n': n, 'shipped': FaceTeacher().protocol, 'synthetic': {}, 'real': {}}
    sets = synthetic_sets(n)
    for name, extractor in teachers.items(): result['synthetic'][name] = rank(*sets, extractor)
    if real_faces() is not None:
        u, labels = real_faces(n_teach, start=4*n)
        labels['age'] = age_bins(labels['age'])
        teachers['teacher of their labels'] = FaceTeacher(fit_teacher(u, labels, epochs=12, seed=seed))
        sets = real_sets(n)
        for name, extractor in teachers.items(): result['real'][name] = rank(*sets, extractor)
    Path(out).write_text(json.dumps(result, indent=1) + '\n')
    for kind in ('synthetic', 'real'):
        for name, r in result[kind].items():
            print(f"{kind:10}{name:34}floor {r['floor']:.3g}  not monotone: "
                  f"{', '.join(k for k, c in r['kinds'].items() if not monotone(c)) or 'none'}")

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--n', type=int, default=2000, help='images in each set')
    parser.add_argument('--n_teach', type=int, default=6000, help='real faces to teach a teacher with')
    parser.add_argument('--out', default='results/teacher_ranking.json')
    main(**vars(parser.parse_args()))
