"""A device that is not the CPU, without one: its tensors hold CPU tensors, and refuse to meet them, or to be float64

`install()` makes it fastai's default device, so that code which mixes devices raises as it would on a GPU.
`notebooks.py --device elsewhere` runs notebooks so. PyTorch calls the interface experimental (2.14 has it).
"""
import torch
from torch.utils import backend_registration as registration
from torch.utils._pytree import tree_iter, tree_map

NAME = 'elsewhere'
# an index may be on the CPU
crossings = '_to_copy copy_ _copy_from _foreach_copy_ index index_put index_put_ _index_put_impl_'.split()


class Module(registration._DummyBackendModule):
    "What PyTorch asks of a device's module"
    def get_amp_supported_dtype(self): return [torch.bfloat16, torch.float16]


class Elsewhere(torch.Tensor):
    "A tensor on the make-believe device; `here` holds its numbers"
    @staticmethod
    def __new__(cls, here):
        if here.dtype == torch.float64: raise TypeError(f"{NAME} has no float64, as Apple's GPUs have none")
        how = dict(strides=here.stride(), dtype=here.dtype, storage_offset=here.storage_offset())
        return torch.Tensor._make_wrapper_subclass(cls, here.size(), device=torch.device(NAME, 0), **how)
    def __init__(self, here): self.here = here
    def __repr__(self, *args, **kwargs): return f'{self.here!r}, elsewhere'
    def __reduce_ex__(self, protocol): return self.here.__reduce_ex__(protocol)          # torch.save
    def tolist(self): return self.here.tolist()
    __torch_function__ = torch._C._disabled_torch_function_impl
    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None): return call(func, *args, **(kwargs or {}))


def call(func, *args, **kwargs):
    "Call an operator on the numbers; RuntimeError where tensors of two devices meet in it"
    found = [o for o in tree_iter((args, kwargs)) if isinstance(o, torch.Tensor)]
    away = [o for o in found if isinstance(o, Elsewhere)]
    cpu = [o for o in found if not isinstance(o, Elsewhere) and o.ndim]
    if away and cpu and func._overloadpacket.__name__ not in crossings:
        raise RuntimeError(f'{func}: wanted all tensors on one device, found some {NAME} and one of shape '
                           f'{tuple(cpu[0].shape)} on the CPU')
    goes = bool(away) if kwargs.get('device') is None else torch.device(kwargs['device']).type == NAME
    def here(o):
        if isinstance(o, Elsewhere): return o.here
        return torch.device('cpu') if isinstance(o, torch.device) else o
    same = {id(o.here): o for o in away}                                     # what is changed in place stays itself
    def there(o):
        if not isinstance(o, torch.Tensor): return o
        return same[id(o)] if id(o) in same else Elsewhere(o) if goes else o
    return tree_map(there, func(*tree_map(here, args), **tree_map(here, kwargs)))


def swapping(apply):
    "`Module._apply` that swaps parameters, or `module.half()` would forget `here`"
    def f(*args, **kwargs):
        future, was = torch.__future__, torch.__future__.get_swap_module_params_on_conversion()
        future.set_swap_module_params_on_conversion(True)
        try: return apply(*args, **kwargs)
        finally: future.set_swap_module_params_on_conversion(was)
    return f


def install():
    "Make it fastai's default device, before anything else imports that"
    import fastai.torch_core
    registration._setup_privateuseone_for_python_backend(NAME, backend_module=Module())
    torch.nn.Module._apply = swapping(torch.nn.Module._apply)
    install.library = torch.library.Library('_', 'IMPL')
    install.library.fallback(call, 'PrivateUse1')
    fastai.torch_core.default_device = lambda *args: torch.device(NAME, 0)
