"Draws what the site shows of itself, into nbs/images: social.png (from faces.png), favicon.svg, gradients.svg. python scripts/site_pictures.py"
from pathlib import Path

import matplotlib.pyplot as plt

images = Path(__file__).parents[1]/'nbs'/'images'
faces = plt.imread(images/'faces.png')
left = int(.13*faces.shape[1])
white = lambda x, axis: (x[..., :3] > .99).all((axis, 2))
fifth = faces.shape[0]/5
fig = plt.figure(figsize=(12, 6.3), dpi=100, facecolor='#10202e')
fig.text(.5, .86, 'vaegan_nb', color='white', size=54, weight='bold', ha='center', va='center')
fig.text(.5, .735, 'VAE, GAN, VAE-GAN and beta-VAE-GAN on faces, as notebooks that run', color='#d6e4ee', size=22, ha='center')
for k, (row, name) in enumerate({0: 'what it was shown', 3: 'what a VAE-GAN made after minutes'}.items()):
    ax = fig.add_axes([.04, .4 - .335*k, .92, .225])
    strip = faces[int(row*fifth):int((row + 1)*fifth), left:]
    ax.imshow(strip[~white(strip, 1)][:, ~white(strip, 0)])
    ax.set_title(name, color='#d6e4ee', size=15, loc='left')
    ax.axis('off')
fig.savefig(images/'social.png', facecolor=fig.get_facecolor())

arrow = '<path d="M{} {}L{} {}" stroke="{}" stroke-width="7" stroke-linecap="round"/>'
lines = [(14, 14, 32, 32, '#0072b2'), (32, 32, 50, 14, '#e69f00'), (32, 32, 32, 52, '#009e73')]
(images/'favicon.svg').write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
    '<rect width="64" height="64" rx="14" fill="#10202e"/>' + ''.join(arrow.format(*o) for o in lines) +
    '<circle cx="32" cy="32" r="8" fill="white"/></svg>\n')

# The report's Figure 2, and below it the way of each network's gradient: (from, to, does it move what is there?)
def box(x, y, w, h, text, fill='#e8eef4'):
    return (f'<rect x="{x - w/2}" y="{y - h/2}" width="{w}" height="{h}" rx="7" fill="{fill}" stroke="#33475b"/>'
            f'<text x="{x}" y="{y + 5}" text-anchor="middle">{text}</text>')
def to(x1, y1, x2, y2):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#33475b" stroke-width="1.6" marker-end="url(#head)"/>'
def way(y, color, name, loss, parts, cut, at):
    "A lane below the figure: thin and dashed where a gradient passes, thick where it moves weights, a bar where it is cut"
    out = [f'<text x="12" y="{y + 5}" fill="{color}" font-weight="bold">{name}</text><text x="868" y="{y + 5}">{loss}</text>']
    for x1, x2, moves in parts:
        style = 'stroke-width="9"' if moves else 'stroke-width="3" stroke-dasharray="3 6"'
        out.append(f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" stroke="{color}" stroke-linecap="round" {style}/>')
    if cut: out.append(f'<line x1="{cut}" y1="{y - 13}" x2="{cut}" y2="{y + 13}" stroke="#b00020" stroke-width="4"/>'
                       f'<text x="{cut - 8}" y="{y + 5}" text-anchor="end" fill="#b00020">cut at {at}</text>')
    return ''.join(out)

down = '<tspan dy="4" font-size="11">{}</tspan>'
tilde, prior = 'x\u0303', 'x' + down.format('p')
figure = [box(140, 80, 40, 40, 'x', '#fff'), to(160, 80, 193, 80), box(240, 80, 92, 56, 'Encoder'), to(286, 80, 333, 80),
          box(355, 80, 42, 40, 'z', '#fff'), to(376, 80, 433, 100), box(355, 160, 42, 40, 'z' + down.format('p'), '#fff'), to(376, 160, 433, 140),
          box(482, 120, 96, 120, 'Decoder'), to(530, 100, 583, 80), box(605, 80, 42, 40, tilde, '#fff'), to(530, 140, 583, 160),
          box(605, 160, 42, 40, prior, '#fff'), to(626, 80, 673, 100), to(626, 160, 673, 140), box(732, 120, 116, 120, 'Discriminator'),
          '<path d="M140 60 L140 26 L732 26 L732 56" fill="none" stroke="#33475b" stroke-width="1.6" marker-end="url(#head)"/>',
          to(790, 100, 838, 90), f'<text x="845" y="94">likeness in Dis{down.format("l")}</text>', to(790, 140, 838, 150),
          '<text x="845" y="155">the game, real or not</text>', to(355, 60, 355, 48),
          '<text x="367" y="50">KL to the prior</text>', '<line x1="12" y1="205" x2="1040" y2="205" stroke="#c9d3dc"/>']
ways = [way(235, '#0072b2', 'Encoder', 'β KL + likeness', [(858, 292, False), (286, 196, True)], None, ''),
        way(275, '#b35c00', 'Decoder', 'γ likeness − the game', [(858, 536, False), (528, 436, True)], 380, 'z'),
        way(315, '#00795c', 'Discriminator', 'the game', [(858, 796, False), (788, 676, True)], 628, f'{tilde} and {prior}')]
(images/'gradients.svg').write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1052 345" font-family="sans-serif" font-size="15">'
    '<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto"><path d="M0 0 L9 4 L0 8 z" fill="#33475b"/>'
    '</marker></defs><rect width="1052" height="345" rx="8" fill="white"/>' + ''.join(figure + ways) + '</svg>\n', encoding='utf-8')

# What a notebook goes through on its way to the site
steps = [('a notebook', 'source, tests, prose'), ('nbdev', 'hides exports,\nadds signatures'), ('Pages', 'folds tests, cleans\nsignatures, sorts'),
         ('Quarto', 'HTML, links,\nsearch'), ('a page', 'in light and dark')]
flow = []
for k, (name, what) in enumerate(steps):
    x = 95 + 190*k
    flow.append(box(x, 40, 120, 46, name, '#fff3d6' if name == 'Pages' else '#e8eef4') + (to(x + 60, 40, x + 128, 40) if k < 4 else ''))
    flow += [f'<text x="{x}" y="{88 + 18*i}" text-anchor="middle" font-size="13">{l}</text>' for i, l in enumerate(what.split('\n'))]
(images/'pages.svg').write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 950 120" font-family="sans-serif" font-size="15">'
    '<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto"><path d="M0 0 L9 4 L0 8 z" fill="#33475b"/>'
    '</marker></defs><rect width="950" height="120" rx="8" fill="white"/>' + ''.join(flow) + '</svg>\n', encoding='utf-8')
