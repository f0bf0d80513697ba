"""The pages as a reader has them: pandoc, which is what Quarto runs, makes HTML of the prepared notebooks (`_proc`),
and Chromium opens it on a screen and on a phone, in light and in dark. Quarto's own theme is not at hand: `LOOK` has its
widths, sizes and colours, and nbs/styles.css is the one of the site. `python .ci/browser.py [FOLDER [PAGE ...]]` keeps
screenshots in FOLDER, of all pages or of some."""
import base64, json, re, shutil, sys, tempfile
from pathlib import Path
import yaml

SIZES = {'screen': 1400, 'phone': 390}
LOOK = '''
body { margin: 0; font: 17px/1.5 sans-serif; color: #373a3c; background: #fff; }
body.quarto-dark { color: #fff; background: #222; } .quarto-dark a { color: #00bc8c; } a { color: #2780e3; }
.quarto-dark span[class] { filter: brightness(2.2); }
main { padding: 1rem 1.5rem; } @media (min-width: 992px) { main { margin-left: 250px; width: 900px; padding: 1rem; } }
pre { padding: .4em; margin: .8em 0; overflow: auto; background: rgba(233, 236, 239, .65); font: .875em/1.4 monospace; }
.quarto-dark pre { background: #2d2d2d; } code { font-family: monospace; font-size: .875em; background: #f8f9fa; }
pre > code { white-space: pre; background: none; }
table { border-collapse: collapse; font-size: .9em; } td, th { padding: .3em .6em; }
details.code-fold { margin: .3em 0; }'''
MEASURE = '''() => {
  document.querySelectorAll('details').forEach(d => d.open = true)
  const wrong = [], wide = window.innerWidth, doc = document.documentElement
  if (doc.scrollWidth > wide + 1) {
    const out = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > wide + 1).pop()
    const what = out ? out.tagName + ' ' + out.textContent.slice(0, 50) : ''
    wrong.push(`scrolls sideways, ${doc.scrollWidth} of ${wide} pixels: ${what}`)
  }
  for (const p of document.querySelectorAll('pre'))
    if (p.scrollWidth > p.clientWidth + 1 && (wide > 1000 || p.classList.contains('sourceCode')))
      wrong.push((p.classList.contains('sourceCode') ? 'code' : 'output') + ' cut off: ' + p.textContent.slice(0, 60))
  for (const i of document.querySelectorAll('img'))
    if (!i.naturalWidth) wrong.push('no picture: ' + i.getAttribute('src').slice(0, 60))
  const rgb = s => (s.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number)
  const linear = v => v <= .03928 ? v/12.92 : ((v + .055)/1.055)**2.4
  const light = c => [0.2126, 0.7152, 0.0722].reduce((t, w, k) => t + w*linear(c[k]/255), 0)
  const behind = e => { let stack = []
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor)
      stack.push(c)
      if (c.length < 4 || c[3] == 1) break
    }
    const mix = (b, c) => [0, 1, 2].map(k => c.length < 4 ? c[k] : c[3]*c[k] + (1 - c[3])*b[k])
    return stack.reverse().reduce(mix, [255, 255, 255]) }
  const seen = new Set()
  const read = 'main p, main li, main td, main th, main code:not(.sourceCode), main summary, main a'
  for (const e of document.querySelectorAll(read)) {
    if (!e.textContent.trim() || !e.offsetParent) continue
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e))
    const ratio = (Math.max(a, b) + .05)/(Math.min(a, b) + .05)
    if (ratio >= 3 || seen.has(e.tagName)) continue
    seen.add(e.tagName)
    wrong.push(`hard to read, contrast ${ratio.toFixed(1)}: <${e.tagName}> ${e.textContent.slice(0, 40)}`)
  }
  return wrong }'''

def text(x): return x if isinstance(x, str) else ''.join(x)
def fence(kind, body): return f'\n\n````` {{{kind}}}\n{body.rstrip()}\n`````\n\n'

def output(o, alt, folder, k):
    "An output as Quarto writes it"
    data = o.get('data', {})
    for kind, end in ('image/png', 'png'), ('image/jpeg', 'jpg'), ('image/svg+xml', 'svg'):
        if kind not in data: continue
        picture = text(data[kind])
        (folder/f'{k}.{end}').write_bytes(picture.encode() if end == 'svg' else base64.b64decode(picture))
        return f'\n\n::: {{.cell-output .cell-output-display}}\n![{alt}]({folder.name}/{k}.{end})\n:::\n\n'
    if 'text/html' in data:
        return '\n\n::: {.cell-output .cell-output-display}' + fence('=html', text(data['text/html'])) + ':::\n\n'
    if 'text/markdown' in data: return '\n\n' + text(data['text/markdown']) + '\n\n'
    plain = text(o['text']) if o['output_type'] == 'stream' else text(data.get('text/plain', ''))
    return '\n\n::: {.cell-output .cell-output-stdout}' + fence('.plain', plain) + ':::\n\n' if plain.strip() else ''

def markdown(path, folder):
    "A prepared notebook as one text"
    out, k = [], 0
    for c in json.loads(path.read_text(encoding='utf-8'))['cells']:
        source = text(c['source'])
        if c['cell_type'] == 'raw':
            about = yaml.safe_load(source.strip().strip('-'))
            out.append(f'# {about.get("title")}\n\n{about.get("description", "")}')
        elif c['cell_type'] == 'markdown': out.append(re.sub(r'\\tag\{[^}]*\}', '', source)) # unknown to pandoc
        else:
            settings = dict(re.findall(r'^#\| *([\w-]+): *(.*)$', source, re.M))
            code = re.sub(r'^#\|.*\n?', '', source, flags=re.M)
            body = '' if settings.get('echo') == 'false' else fence('.python .cell-code', code)
            if 'code-fold' in settings:
                opened = ' open' if settings['code-fold'] == 'show' else ''
                summary = f'<summary>{settings.get("code-summary", "Code").strip(chr(34))}</summary>'
                body = f'\n\n<details class="code-fold"{opened}>{summary}{body}</details>\n\n'
            out.append('::: {.cell}' + body)
            for o in c.get('outputs', []):
                k += 1
                out.append(output(o, settings.get('fig-alt', ''), folder, k))
            out.append(':::')
    return '\n\n'.join(out)

def render(path, site, css):
    "HTML of a prepared notebook"
    import pypandoc
    name = str(path.relative_to('_proc').with_suffix(''))
    page, folder = site/f'{name}.html', site/f'{name}_files'
    folder.mkdir(parents=True, exist_ok=True)
    reader, settings = 'markdown+raw_html+tex_math_single_backslash', ['--mathml', '--wrap=none']
    body = pypandoc.convert_text(markdown(path, folder), 'html5', reader, settings)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    page.write_text(f'<!DOCTYPE html><html lang="en">{head}<style>{LOOK}</style><style>{css}</style>'
                    f'<body class="fullcontent"><main>{body}</main></body></html>', encoding='utf-8')
    return page

def main(shots=None, *only):
    chromium = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if not chromium: sys.exit(print('SKIPPED: there is no Chromium'))
    from playwright.sync_api import sync_playwright
    files = [p for p in sorted(Path('_proc').rglob('*.ipynb')) if not only or p.stem in only]
    css, wrong = Path('nbs/styles.css').read_text(encoding='utf-8'), []
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        site = Path(d)
        shutil.copytree('_proc/images', site/'images')
        browser = p.chromium.launch(executable_path=chromium, args=['--no-sandbox'])
        for f in files:
            tab = browser.new_page()
            tab.goto(render(f, site, css).as_uri())
            for mode in 'light', 'dark':
                tab.evaluate(f"document.body.className = 'fullcontent quarto-{mode}'")
                for size, width in SIZES.items():
                    tab.set_viewport_size(dict(width=width, height=900))
                    if shots: tab.screenshot(path=Path(shots)/f'{f.stem}-{size}-{mode}.png')
                    name = f.relative_to('_proc').with_suffix('')
                    wrong += [f'{name}, {size}, {mode}: {o}' for o in tab.evaluate(MEASURE)]
            tab.close()
    print(*dict.fromkeys(wrong), sep='\n')
    print(f'{len(files)} pages at {" and ".join(map(str, SIZES.values()))} pixels, light and dark: {len(wrong)} faults')
    sys.exit(bool(wrong))

main(*sys.argv[1:])
