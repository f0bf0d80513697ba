"""What a reader of the site sees, checked without Quarto in the notebooks that nbdev has prepared (`_proc`).
`python .ci/pages.py` prints what is wrong and how it is mended."""
import json, re, sys
from pathlib import Path
import yaml

WIDTH = 100

def read(path): return json.loads(path.read_text(encoding='utf-8'))['cells']
def text(x): return x if isinstance(x, str) else ''.join(x)
def words(s):
    "Letters and digits of Markdown, links as what they show"
    return re.sub(r'\W+', ' ', re.sub(r'\]\([^)]*\)(\{[^}]*\})?', ']', s)).strip()
def shown(cell):
    "Outputs of a cell that Quarto shows as plain text"
    for o in cell.get('outputs', []):
        data = o.get('data', {})
        if o['output_type'] == 'stream': yield text(o['text'])
        elif not any(k in ('text/html', 'text/markdown') or k.startswith('image/') for k in data):
            yield text(data.get('text/plain', ''))
def rich(cell, kind): return [text(o['data'][kind]) for o in cell.get('outputs', []) if kind in o.get('data', {})]
def in_fences(markdown):
    inside = False
    for line in markdown.splitlines():
        if line.startswith('```'): inside = not inside
        elif inside: yield line
def anchors(cells):
    for c in cells:
        md = [text(c['source'])] if c['cell_type'] == 'markdown' else rich(c, 'text/markdown')
        for title in re.findall(r'^#{2,} (.*)$', '\n'.join(md), re.M):
            plain = re.sub(r'\{[^}]*\}|\]\([^)]*\)', '', title).lower()
            yield re.sub(r'^[^a-z]+', '', re.sub(r'[^\w\s.-]', '', plain).strip().replace(' ', '-'))

def check(name, source, page, root):
    "(check, what is wrong) of a notebook"
    code = [c for c in page if c['cell_type'] == 'code']
    md = [text(c['source']) for c in page if c['cell_type'] == 'markdown']
    first, intro = text(source[0]['source']), text(source[1]['source']) if len(source) > 1 else ''
    if not re.fullmatch(r'# [^\n]+\n+> [^\n]+', first.strip()):
        yield 'introduction', 'nbdev throws away all of a first cell beyond "# Title" and "> one line": begin another'
    if source[1]['cell_type'] != 'markdown' or words(intro) not in words('\n'.join(md)):
        yield 'introduction', 'the second cell does not say what the notebook takes and gives, or is not on the page'
    if not any('/content' in text(c['source']) and '#| eval: false' in text(c['source']) for c in source):
        yield 'Colab', 'no hidden cell installs the package on Colab: copy it from another notebook'
    for c in code:
        for out in rich(c, 'text/markdown'):
            for line in in_fences(out):
                if re.search(r'\]\(http', line): yield 'link in code', line.strip()
            if 'Call self as a function' in out:
                yield 'signature', '"Call self as a function": ' + text(c['source'])[-60:]
        for out in [*shown(c), *rich(c, 'text/markdown'), *rich(c, 'text/html')]:
            if '__main__.' in out: yield '__main__', re.search(r'.{0,60}__main__\..{0,30}', out)[0]
        for out in rich(c, 'text/html'):
            if '<progress' in out or 'progress-bar' in out:
                yield 'bar of progress', 'train with learn.no_bar(): ' + text(c['source'])[:60]
        for out in shown(c):
            for line in out.splitlines():
                if len(line) > WIDTH: yield 'long output', f'{len(line)} characters: {line[:60]}...'
        if any(k.startswith('image/') for o in c.get('outputs', []) for k in o.get('data', {})):
            alt = re.search(r'^#\| fig-alt: *(.+)$', text(c['source']), re.M)
            if not alt or len(alt[1].split()) < 4:
                yield 'picture', 'begin the cell with "#| fig-alt: what one sees": ...' + text(c['source'])[-60:]
            elif isinstance(yaml.safe_load(alt[1]), dict): yield 'picture', 'quote a text with a colon: ' + alt[1]
    ids = list(anchors(page))
    for i in sorted({i for i in ids if ids.count(i) > 1}):
        yield 'one id for two', f'a heading has the name of another, or of a function: {i}'
    here = (root/f'{name}.ipynb').parent
    for m in md:
        for line in m.splitlines():
            if re.search(r'\[[^][]*(?:\[[^][]*\]\([^)]*\)[^][]*)+\]\(', line) and not re.search(r'\[!\[', line):
                inner = re.search(r'\[[^][]*\[[^][]*\]', line)[0]
                yield 'link in a link', f'write the name in back-ticks alone, nbdev links it: {inner}'
            if re.match(r'\s*\d+\. \(\w\)', line):
                yield 'nested list', 'begin the item with a word, not with a bracket: ' + line.strip()[:40]
        for alt in re.findall(r'!\[([^]]*)\]\(', m):
            if len(alt.split()) < 4: yield 'picture', f'say what one sees: ![{alt}]'
        for target in re.findall(r'\]\(([^)\s]+)\)', m):
            file, _, anchor = target.partition('#')
            if re.match(r'\w+:', target) or target.startswith('//'): continue
            to = here/file if file else root/f'{name}.ipynb'
            if not to.exists(): yield 'dead link', target
            elif anchor and to.suffix == '.ipynb' and anchor not in set(anchors(read(to))): yield 'dead link', target

def entries(contents):
    for o in contents:
        if isinstance(o, str): yield o
        elif 'contents' in o: yield from entries(o['contents'])
        else: yield o['href']

def main():
    root, nbs = Path('_proc'), Path('nbs')
    files = sorted(p.relative_to(root) for p in root.rglob('*.ipynb'))
    found = {}
    for f in files:
        name = str(f.with_suffix(''))
        for kind, what in check(name, read(nbs/f), read(root/f), root): found.setdefault((kind, name), []).append(what)
    sidebar = yaml.safe_load((root/'sidebar.yml').read_text(encoding='utf-8'))['website']['sidebar']
    side = list(entries(sidebar['contents']))
    for f in files:
        n = side.count(str(f))
        if n != 1: found[('sidebar', str(f.with_suffix('')))] = [f'stands {n} times in nbs/sidebar.yml']
    for f in set(side) - set(map(str, files)): found[('sidebar', f)] = ['is in nbs/sidebar.yml and not there']
    wrong = [(*k, o) for k, v in sorted(found.items()) for o in v]
    for kind, name, what in wrong: print(f'{name}: {kind}: {what}')
    print(f'{len(files)} pages, {len(wrong)} faults')
    sys.exit(bool(wrong))

main()
