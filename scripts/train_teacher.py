"""Teach the face teacher of the package: `python scripts/train_teacher.py` writes vaegan_nb/face_teacher.safetensors

About 5 minutes of processor time where there is bfloat16. The file in the package came from the defaults with
OMP_NUM_THREADS=1; another number of threads or another processor rounds otherwise, and so gives another hash.
"""
import argparse, time
from pathlib import Path

from vaegan_nb.faces import FACTORS, SynthFaces
from vaegan_nb.features import FaceTeacher, fit_teacher, teacher_accuracy

def labels(faces): return dict(zip((f.name for f in FACTORS), faces.factors().T))

def main(n=150_000, seed=0, out='vaegan_nb/face_teacher.safetensors', epochs=1):
    start, train, valid = time.time(), SynthFaces(n, seed=seed), SynthFaces(5000, seed=seed + 1)
    teacher = fit_teacher(train, labels(train), epochs, seed, flip=False)    # a mirror swaps turns, gazes and lights
    right = teacher_accuracy(teacher, valid, labels(valid))
    print(f'{n} faces, {epochs} epochs, seed {seed}: {time.time() - start:.0f} s')
    print(f'share of {len(valid)} other faces that are named right, and chance:')
    for f in FACTORS: print(f'{f.name:12}{right[f.name]:6.3f}{1/f.size:6.2f}')
    size = teacher.save(out).stat().st_size
    print(f'{out}: {size:,} bytes, weights {FaceTeacher(teacher).protocol["weights"]}')

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--n', type=int, default=150_000, help='faces, each seen once in an epoch')
    parser.add_argument('--epochs', type=int, default=1)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', default='vaegan_nb/face_teacher.safetensors')
    main(**vars(parser.parse_args()))
