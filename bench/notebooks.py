"""The notebooks' tests on a device: every cell that is not slow, those marked `cuda` where it is not the CPU

Usage: python bench/notebooks.py [--device cpu|cuda|elsewhere] [--workers 1] [--limit 600] [--out FILE] [notebooks]
       all of nbs/ if none is named; `elsewhere` is a make-believe GPU, see elsewhere.py. Neither nbdev nor Jupyter is
       needed. A line for each notebook, with the cell and the end of the error of one that failed; exit code 1 then.
"""
import argparse, json, linecache, os, subprocess, sys, time, traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType


def wanted(cell, device):
    "Is it a cell to run on `device`?"
    source = ''.join(cell['source'])
    marks = ' '.join(l for l in source.splitlines() if l.startswith('#|'))
    left_out = ['slow', 'eval: false', 'default_exp', *(['cuda'] if device == 'cpu' else [])]
    return cell['cell_type'] == 'code' and 'nbdev_export()' not in source and not any(w in marks for w in left_out)


def run_cells(path, device):
    "Run the cells of a notebook in this process"
    import matplotlib.pyplot as plt
    if device == 'elsewhere': import elsewhere; elsewhere.install()
    cells = json.loads(Path(path).read_text(encoding='utf-8'))['cells']
    cells = [''.join(c['source']) for c in cells if wanted(c, device)]
    os.chdir(Path(path).parent)
    main = sys.modules['__main__'] = ModuleType('__main__')                   # as a notebook has it: empty
    for i, source in enumerate(cells):
        name = f'<cell {i}>'
        linecache.cache[name] = len(source), None, source.splitlines(True), name    # for inspect, and for tracebacks
        try: exec(compile(source, name, 'exec'), main.__dict__)
        except BaseException:
            print(f'{source[:400]}\n...\n{traceback.format_exc()[-1200:]}', flush=True)
            os._exit(1)
        plt.close('all')
    sys.stdout.flush()
    os._exit(0)


def run(path, device, limit):
    "Run a notebook in a process of its own; its line, and whether it passed"
    start, env = time.time(), {**os.environ, 'MPLBACKEND': 'Agg', 'PYTHONWARNINGS': 'ignore'}
    if device == 'cpu': env['CUDA_VISIBLE_DEVICES'] = ''
    call = [sys.executable, __file__, '--device', device, '--one', str(path)]
    try:
        p = subprocess.run(call, env=env, capture_output=True, text=True, timeout=limit)
        bad, said = p.returncode, p.stdout[-1700:] + p.stderr[-300:]
    except subprocess.TimeoutExpired: bad, said = 1, f'not done within {limit} s'
    line = f'{"FAIL" if bad else "ok":5}{path.name}, {time.time() - start:.0f} s'
    return line + (f'\n{said}' if bad else ''), not bad


def main(device='cpu', workers=1, limit=600, out=None, one=None, notebooks=()):
    if one: return run_cells(one, device)
    found = [*sorted(Path('nbs').glob('[0-9]*.ipynb')), *Path('nbs/tutorials').glob('*.ipynb')]
    paths = [Path(p).absolute() for p in notebooks or found]
    lines, results = [], []
    with ThreadPoolExecutor(workers) as pool:
        for line, passed in pool.map(lambda p: run(p, device, limit), paths):
            print(line, flush=True)
            lines.append(line)
            results.append(passed)
    print(f'{sum(results)} of {len(results)} notebooks passed on {device}')
    if out: Path(out).write_text('\n'.join(lines) + '\n', encoding='utf-8')
    sys.exit(not all(results))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--device', default='cpu', choices=('cpu', 'cuda', 'elsewhere'))
    parser.add_argument('--workers', type=int, default=1, help='notebooks at a time')
    parser.add_argument('--limit', type=float, default=600, help='seconds that one may take')
    parser.add_argument('--out', help='a file for the lines')
    parser.add_argument('--one', help=argparse.SUPPRESS)
    parser.add_argument('notebooks', nargs='*')
    main(**vars(parser.parse_args()))
