"""How long the commands keep somebody waiting before they answer, or before training takes its first step.

    python bench/bench_start.py --out results/start.json

Help, and a mistake, of every command, and the first step of a training on 100 photographs whose pixels are cached:
each in a process of its own, in turn with `import fastai.vision.all`, so that what else runs slows all alike, and with
`import fastai.learner`, which no training with fastai can do without. Bars, on a machine that does nothing else:
0.7 s for help and mistakes, and 4 s between that least import and the first step.
"""
import argparse, json, os, platform, statistics, subprocess, sys, tempfile, time
from datetime import date
from pathlib import Path

from PIL import Image

from vaegan_nb.cli import COMMANDS
from vaegan_nb.faces import SynthFaces

MISTAKES = dict(vaegan_demo=['--minuts', '3'], vaegan_train=['nowhere', '--set', 'bta=3'], vaegan_sample=['nowhere'],
                vaegan_encode=['nowhere', 'synth:40'], vaegan_eval=['synth:40', 'nowhere'],
                vaegan_tune=['synth:40', '--over', 'beta=3:1'], vaegan_report=['nowhere'],
                vaegan_study=['paper', '--workers', '0'])
START = 'import sys; sys.argv = sys.argv[1:]; import vaegan_nb.cli as cli; getattr(cli, sys.argv[0])()'
FIRST_STEP = '''
import os, sys; sys.argv = sys.argv[1:]
import vaegan_nb.cli as cli
from vaegan_nb import commands
class First(commands.Callback):
    def after_batch(self): os._exit(0) # as soon as it is done
told = commands.told
commands.told = lambda quiet: [*told(quiet), First()]
cli.vaegan_train()
'''


def seconds(code, *args, wanted=0):
    "Wall-clock seconds of a Python process with `code`, which has to exit with `wanted`"
    start = time.perf_counter()
    p = subprocess.run([sys.executable, '-c', code, *args], capture_output=True, text=True)
    took = time.perf_counter() - start
    if p.returncode != wanted: raise SystemExit(f'{args} ended with {p.returncode}:\n{p.stderr[-1000:]}')
    return took


def contenders(root):
    "Name to what is timed"
    photos = root/'photos'
    photos.mkdir()
    for i, x in enumerate(SynthFaces(n=100, seed=0)): Image.fromarray(x).save(photos/f'{i}.jpg')
    out = {k: lambda k=k: seconds(k) for k in ('import fastai.vision.all', 'import fastai.learner')}
    out['Python alone'] = lambda: seconds('')
    for name in COMMANDS:
        out[f'{name} --help'] = lambda name=name: seconds(START, name, '--help')
        out[f'{name}, a mistake'] = lambda name=name: seconds(START, name, *MISTAKES[name], wanted=1)
    for about, n in ('nothing measured', '0'), ('with the distance', '1000'):
        args = [str(photos), '--preset', 'demo', '--n', n, '--out']
        fresh = lambda: tempfile.mkdtemp(dir=root)
        out[f'first step, {about}'] = lambda args=args: seconds(FIRST_STEP, 'vaegan_train', *args, fresh())
    return out


def main(out, rounds):
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as tmp:
        os.environ['VAEGAN_CACHE'] = f'{tmp}/cache'
        todo = contenders(Path(tmp))
        todo['first step, nothing measured']()                                  # fills the cache
        found = {k: [] for k in todo}
        for _ in range(rounds):
            for k, f in todo.items(): found[k].append(f())
    middle = {k: statistics.median(v) for k, v in found.items()}
    whole = middle['import fastai.vision.all']
    about = dict(machine=f'{platform.machine()} CPU, {os.cpu_count()} cores', date=str(date.today()), rounds=rounds,
                 load=[round(before, 1), round(os.getloadavg()[0], 1)], python=platform.python_version())
    result = dict(about, ratio_to_import={k: round(v/whole, 3) for k, v in middle.items()},
                  seconds_beyond_fastai_learner={k: round(v - middle['import fastai.learner'], 2)
                                                 for k, v in middle.items() if k.startswith('first')},
                  seconds={k: [round(o, 2) for o in v] for k, v in found.items()})
    text = json.dumps(result, indent=1)
    print(text)
    if out: Path(out).write_text(text + '\n')


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', help='file for the result')
    parser.add_argument('--rounds', type=int, default=3, help='turns of each')
    args = parser.parse_args()
    main(args.out, args.rounds)
