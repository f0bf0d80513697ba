"""The shape of the package: modules and lines stay short; a module imports from earlier notebooks only, and public names
only; every notebook installs the package on Colab; every cell of code is Python, those that no test runs too"""
import ast, json, re, sys
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

LINES, WIDTH = 450, 120
transform = TransformerManager().transform_cell # of lines with ! and %
order = []
for nb in sorted(Path('nbs').glob('*.ipynb')):
    src = '\n'.join(''.join(c['source']) for c in json.loads(nb.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'code')
    if m := re.search(r'^#\|\s*default_exp\s+(\w+)', src, re.M): order.append(m[1])

texts = {name: Path(f'vaegan_nb/{name}.py').read_text(encoding='utf-8') for name in order}
generated = re.compile(r'^__all__ = \[[^]]*\]', re.M)
longest = max(texts, key=lambda k: texts[k].count('\n'))
own = {name: generated.sub(lambda m: '\n'*m[0].count('\n'), t) for name, t in texts.items()}
lines = [(len(l), name, i) for name, t in own.items() for i, l in enumerate(t.splitlines(), 1)]
widest = max(lines)
print(f'longest module: {longest}, {texts[longest].count(chr(10))} lines (at most {LINES})')
print(f'longest line: {widest[0]} characters, {widest[1]}.py:{widest[2]} (at most {WIDTH})')

wrong = [f'{name}.py has {t.count(chr(10))} lines' for name, t in texts.items() if t.count('\n') > LINES]
wrong += [f'{name}.py:{i} has {n} characters' for n, name, i in lines if n > WIDTH]
for name, t in texts.items():
    for node in ast.walk(ast.parse(t)):
        if not isinstance(node, ast.ImportFrom) or not (node.level or (node.module or '').startswith('vaegan_nb.')): continue
        room = node.module.removeprefix('vaegan_nb.')
        if room not in order or order.index(room) >= order.index(name): wrong.append(f'{name} imports from {room}, which comes later')
        if private := [a.name for a in node.names if a.name.startswith('_')]: wrong.append(f'{name} imports {", ".join(private)} from {room}')
colab = ('#| hide\n#| eval: false\n'
         '! [ -e /content ] && pip install -q "vaegan_nb[dev] @ git+https://github.com/vaegan-nb/vaegan_nb"')
for nb in sorted(Path('nbs').rglob('*.ipynb')):
    cells = json.loads(nb.read_text(encoding='utf-8'))['cells']
    code = {c['id']: ''.join(c['source']) for c in cells if c['cell_type'] == 'code'}
    if next(iter(code.values())) != colab: wrong.append(f'{nb}: the first cell of code does not install the package on Colab')
    for name, text in code.items():
        try: ast.parse(transform(text))
        except SyntaxError as e: wrong.append(f'{nb}: cell {name} is no Python ({e})')
print('\n'.join(wrong) or 'all imports go one way, to public names; every notebook installs the package on Colab')
sys.exit(bool(wrong))
