"""A table of what each notebook is made of: words, exported lines, lines of tests, pictures, longest export cell.
`python .ci/book.py` fails where a notebook has too little for a reader. `KNOWN` is the one list of those let off."""
import json, re, sys
from pathlib import Path

WORDS, TESTS, CELL = 3, .6, 40
# fault: notebooks that do not pass yet; one that passes has to leave the list
KNOWN = dict(
    # 00b_hub, 10d_commands, 10e_program, 11a_train for good: they fetch, do, read and start, and there is nothing in
    # that to be seen
    pictures=['00b_hub', '10d_commands', '10e_program', '11a_train'],
    # for good: a dataclass is one list of fields, each with its meaning beside it, and cannot be defined in parts
    longest=['02_config'])

def lines(cell): return [l for l in ''.join(cell['source']).splitlines() if l.strip() and not l.startswith('#|')]

def count(path):
    cells = json.loads(path.read_text(encoding='utf-8'))['cells']
    code = [c for c in cells if c['cell_type'] == 'code']
    prose = ' '.join(''.join(c['source']) for c in cells if c['cell_type'] == 'markdown')
    prose = re.sub(r'\]\([^)]*\)|\$\$?[^$]*\$\$?', ' ', prose)
    exported = [c for c in code if re.search(r'^#\|\s*export', ''.join(c['source']), re.M)]
    tests = [c for c in code if c not in exported and re.search(r'\b(test_\w+\(|assert\b)', ''.join(c['source']))]
    pictures = sum(k.startswith('image/') for c in code for o in c['outputs'] for k in o.get('data', {}))
    warned = sum(o.get('name') == 'stderr' for c in code for o in c['outputs']) # which names folders of a machine
    sizes = [len(lines(c)) for c in exported]
    return dict(words=len(re.findall(r'[^\W\d_][\w-]*', prose)), exported=sum(sizes),
                tests=sum(len(lines(c)) for c in tests), pictures=pictures + prose.count('!['), warned=warned,
                longest=max(sizes, default=0), shown=sum('#| exports' in ''.join(c['source']) for c in exported))

def faults(n):
    if n['exported'] and n['words'] < WORDS*n['exported']: yield 'words'
    if n['exported'] and n['tests'] < TESTS*n['exported']: yield 'tests'
    if not n['pictures']: yield 'pictures'
    if n['longest'] > CELL: yield 'longest'
    if n['warned']: yield 'a warning among the outputs'

notebooks = [p for p in sorted(Path('nbs').rglob('*.ipynb')) if '.ipynb_checkpoints' not in str(p)]
rows = {str(p.relative_to('nbs').with_suffix('')): count(p) for p in notebooks}
heads = 'words', 'exported', 'words/line', 'tests', 'tests/line', 'pictures', 'longest', 'shown'
print(f'{"notebook":26}', *[f'{h:>10}' for h in heads])
bad = []
for name, n in rows.items():
    per = lambda k: f'{n[k]/n["exported"]:.1f}' if n['exported'] else '-'
    new = [f for f in faults(n) if name not in KNOWN.get(f, ())]
    bad += [(name, f) for f in new] + [(name, f'{f} is enough now: take it out of KNOWN in .ci/book.py')
                                       for f, names in KNOWN.items() if name in names and f not in faults(n)]
    shares = {'words/line': per('words'), 'tests/line': per('tests')}
    print(f'{name:26}', *[f'{(n | shares)[h]:>10}' for h in heads])
for name, f in bad: print(f'{name}: {f}')
off = ', '.join(f'{k} ({len(v)})' for k, v in KNOWN.items())
print(f'wanted: {WORDS} words and {TESTS} lines of tests for an exported line, a picture, export cells of {CELL} lines '
      f'at most; {len(bad)} faults; let off for now: {off or "none"}')
sys.exit(bool(bad))
