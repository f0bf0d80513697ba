"""Notebooks on a device that is not the CPU, without one: a make-believe device, which computes on the CPU and refuses
to meet it. What fastai's `default_device` gives is this device; a cell that mixes the two raises as it would on a GPU.

Usage: python .ci/elsewhere.py nbs/07_latent.ipynb ...     all notebooks that export a module if none is named
Cells that are marked `cuda` run too, so they ask `default_device()` for theirs. PyTorch calls the interface experimental.
"""
import os, sys, time, traceback
from pathlib import Path

import torch
from torch.utils._pytree import tree_iter, tree_map
from torch.utils import backend_registration as registration

class Module(registration._DummyBackendModule):
    "What PyTorch asks of a device's module"
    def get_amp_supported_dtype(self): return [torch.bfloat16, torch.float16]

registration._setup_privateuseone_for_python_backend('elsewhere', backend_module=Module())
ELSEWHERE, CPU = torch.device('elsewhere:0'), torch.device('cpu')

class Tensor(torch.Tensor):
    "A tensor on the make-believe device; `here` are its numbers"
    @staticmethod
    def __new__(cls, here):
        return torch.Tensor._make_wrapper_subclass(cls, here.size(), strides=here.stride(), dtype=here.dtype,
                                                   storage_offset=here.storage_offset(), device=ELSEWHERE)
    def __init__(self, here): self.here = here
    def __repr__(self, *args, **kwargs): return f'{self.here!r}, elsewhere'
    __torch_function__ = torch._C._disabled_torch_function_impl
    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None): return call(func, *args, **(kwargs or {}))

def call(func, *args, **kwargs):
    "Call an operator on the numbers; RuntimeError where tensors of two devices meet in it"
    aten, found = torch.ops.aten, [o for o in tree_iter((args, kwargs)) if isinstance(o, torch.Tensor)]
    away = [o for o in found if isinstance(o, Tensor)]
    crosses = func in (aten._to_copy.default, aten.copy_.default, aten._copy_from.default, aten._foreach_copy_.default)
    if away and not crosses and (cpu := [o for o in found if not isinstance(o, Tensor) and o.ndim]):
        raise RuntimeError(f'{func}: expected all tensors on one device, found {ELSEWHERE} and the CPU, the latter of '
                           f'shape {tuple(cpu[0].shape)}')
    goes = bool(away) if kwargs.get('device') is None else torch.device(kwargs['device']).type == ELSEWHERE.type
    here = lambda o: o.here if isinstance(o, Tensor) else CPU if isinstance(o, torch.device) else o
    out = func(*tree_map(here, args), **tree_map(here, kwargs))
    same = {id(o.here): o for o in away}                                     # what was changed in place stays itself
    there = lambda o: same.get(id(o)) or Tensor(o) if isinstance(o, torch.Tensor) and goes else o
    return tree_map(lambda o: same[id(o)] if id(o) in same else there(o), out)

library = torch.library.Library('_', 'IMPL')
library.fallback(call, 'PrivateUse1')

def run(path):
    "Run the cells of a notebook; the error and its cell, or None"
    from execnb.nbio import read_nb
    from execnb.shell import CaptureShell
    shell, folder = CaptureShell(), os.getcwd()
    os.chdir(Path(path).parent)
    try:
        for cell in read_nb(Path(path).name).cells:
            marks = [l for l in cell.source.splitlines() if l.startswith('#|')]
            if cell.cell_type != 'code' or 'nbdev_export()' in cell.source: continue
            if any(w in l for l in marks for w in ('slow', 'eval: false', 'default_exp')): continue
            shell.run(cell.source)
            if shell.exc: return shell.exc, cell
    finally: os.chdir(folder)

if __name__ == '__main__':
    import fastai.torch_core
    fastai.torch_core.default_device = lambda *args: ELSEWHERE
    failed = 0
    paths = [Path(p).absolute() for p in sys.argv[1:] or sorted(Path('nbs').glob('[0-9]*.ipynb'))]
    for path in paths:
        start, bad = time.time(), run(path)
        print(f'{"FAIL" if bad else "ok":4}  {path.name}, {time.time() - start:.0f} s', flush=True)
        if not bad: continue
        failed += 1
        error, cell = bad
        print(f'{cell.source[:600]}\n', ''.join(traceback.format_exception(error)[-6:]), flush=True)
    sys.exit(bool(failed))
