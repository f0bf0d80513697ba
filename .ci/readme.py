"Renders `nbs/index.ipynb` as `README.md`"
import re
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

root = Path(__file__).resolve().parents[1]
nb = nbformat.read(root/'nbs'/'index.ipynb', 4)
nb.cells = [c for c in nb.cells if not c.source.startswith('#| hide')]
nb.metadata['language_info'] = dict(name='python')
for c in nb.cells:
    if c.cell_type == 'code': c.outputs = [] # pictures stay on the site
    else: # neither Quarto's blocks nor the section with the page within the page; buttons become links in a row
        c.source = re.sub(r'^::: \{\.buttons\}\n.*', lambda m: m[0].replace(') [', ') · ['), c.source, flags=re.M)
        c.source = re.sub(r'^:::.*\n?|^## [^\n]*\n\n[^\n]*\n\n<iframe.*\n\n', '', c.source, flags=re.M)
    c.source = re.sub(r'^#\|.*\n', '', c.source, flags=re.M)
text, _ = MarkdownExporter().from_notebook_node(nb)
text = re.sub(r'\]\((?!\w+:|#)', '](nbs/', text)
(root/'README.md').write_text(text.strip() + '\n', encoding='utf-8')
