"Renders `nbs/index.ipynb` as `README.md`"
from pathlib import Path

import nbformat
from nbconvert import MarkdownExporter

root = Path(__file__).resolve().parents[1]
nb = nbformat.read(root/'nbs'/'index.ipynb', 4)
nb.cells = [c for c in nb.cells if not c.source.startswith('#| hide')]
for c in nb.cells:
    if c.cell_type == 'code': c.outputs = [] # pictures stay on the site
text, _ = MarkdownExporter().from_notebook_node(nb)
(root/'README.md').write_text(text.replace('](images/', '](nbs/images/').replace('](tutorials/', '](nbs/tutorials/').strip() + '\n', encoding='utf-8')
