"""A training step of VAEGANTrainer against the loop with three backward passes and against pythae

Usage: python bench/bench_step.py [--device cpu] [--width 1] [--bs 16] [--rounds 7] [--steps 4] [--file FILE]
FILE is results/step_bench_DEVICE.json unless given.
The contenders have the same networks, optimizer, memory format and images, and take turns; a round is `--steps` steps
of each after one that is not timed. pythae is left out where it is not installed.
"""
import json, platform, statistics, time, warnings
from pathlib import Path

import numpy as np
import torch
import torch._functorch.config
from fastai.callback.core import Callback
from fastcore.script import call_parse

from vaegan_nb.config import configure
from vaegan_nb.data import array_dls
from vaegan_nb.faces import SynthFaces
from vaegan_nb.learner import vaegan_learner
from vaegan_nb.losses import loss_terms, moves
from vaegan_nb.networks import VAEGAN as Networks

warnings.filterwarnings('ignore')
ADAM = dict(lr=3e-4, betas=(.5, .999), fused=True)


def wait(device):
    if device.type == 'cuda': torch.cuda.synchronize()


class Clock(Callback):
    "Seconds a step of one epoch, without its first one and without the loading of the batches"
    order, run_valid = 200, False
    def before_train(self): self.start = None
    def after_batch(self):
        if self.iter == 0: wait(self.dls.device); self.start = time.perf_counter()
    def after_train(self): wait(self.dls.device); self.seconds = (time.perf_counter() - self.start)/self.iter


def ours(cfg, dls, compiled=False, **settings):
    "A function that trains for one epoch and returns the seconds a step"
    learn, clock = vaegan_learner(dls, cfg, **settings), Clock()
    if compiled:
        torch._functorch.config.donated_buffer = False                       # several backward passes share a graph
        for n in learn.model.nets: getattr(learn.model, n).compile()
    def run():
        with learn.no_bar(), learn.no_logging(): learn.fit(1, cbs=clock)
        return clock.seconds
    return run


def timed(step, dls):
    "The same for a function of a batch"
    def run():
        batches = [b[0] for b in dls.train]
        step(batches[0])
        wait(dls.device)
        start = time.perf_counter()
        for x in batches[1:]: step(x)
        wait(dls.device)
        return (time.perf_counter() - start)/(len(batches) - 1)
    return run


def three_backwards(cfg, dls, dtype=None):
    "What public VAE-GAN code does: a plain graph, and a whole backward pass for each of three losses"
    model, rows = Networks(cfg).to(dls.device, memory_format=torch.channels_last), moves(cfg, cfg.beta, cfg.gamma)
    nets = {n: getattr(model, n) for n in model.nets}
    opts = {n: torch.optim.Adam(net.parameters(), **ADAM) for n, net in nets.items()}
    def step(x):
        with torch.autocast(dls.device.type, dtype, enabled=dtype is not None):
            o = model.encode(x)
            o['x_tilde'], o['x_p'] = model.decoder(o.z), model.decoder(torch.randn_like(o.z))
            for k, image in dict(x=x, tilde=o.x_tilde, p=o.x_p).items():
                f, l = model.discriminator(image)
                o[f'f_{k}'], o[f'l_{k}'] = f.float(), l.float()
            terms = loss_terms(o, x, cfg.form, cfg.real, cfg.fake)
            losses = {n: sum(w*terms[t] for t, w in row.items()) for n, row in rows.items()}
        grads = {}
        for n, l in losses.items():
            model.zero_grad()
            l.backward(retain_graph=True)
            grads[n] = [p.grad for p in nets[n].parameters()]
        for n, opt in opts.items():
            for p, g in zip(nets[n].parameters(), grads[n]): p.grad = g
            opt.step()
    return step


def pythae(cfg, dls):
    "pythae's VAEGAN and the step of its trainer, around the same networks; every network is updated in every step"
    from pythae.models import VAEGAN, VAEGANConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseDiscriminator, BaseEncoder
    from pythae.trainers import CoupledOptimizerAdversarialTrainer as Trainer
    nets = Networks(cfg)
    class E(BaseEncoder):
        def __init__(self): super().__init__(); self.net = nets.encoder
        def forward(self, x): mu, logvar = self.net(x); return ModelOutput(embedding=mu, log_covariance=logvar)
    class G(BaseDecoder):
        def __init__(self): super().__init__(); self.net = nets.decoder
        def forward(self, z): return ModelOutput(reconstruction=self.net(z))
    class D(BaseDiscriminator):
        depth = 2
        def __init__(self): super().__init__(); self.net = nets.discriminator
        def forward(self, x, output_layer_levels=None):
            if output_layer_levels: return ModelOutput(embedding_layer_1=self.net.features(x)[0])
            return ModelOutput(embedding=self.net(x)[1].sigmoid())
    settings = VAEGANConfig(input_dim=(3, cfg.size, cfg.size), latent_dim=cfg.nz, reconstruction_layer=1, margin=1e9,
                            adversarial_loss_scale=.5)
    model = VAEGAN(settings, E(), G(), D()).to(dls.device, memory_format=torch.channels_last)
    trainer = Trainer.__new__(Trainer)
    for n in ('encoder', 'decoder', 'discriminator'):
        setattr(trainer, f'{n}_optimizer', torch.optim.Adam(getattr(model, n).parameters(), **ADAM))
    def step(x): trainer._optimizers_step(model(dict(data=x)))
    return step


def matrix_rate(device, dtype):
    "FLOP/s of a large matrix product, best of some"
    n = 8192 if device.type == 'cuda' else 2048
    a, best = torch.randn(n, n, device=device, dtype=dtype), np.inf
    for _ in range(8):
        wait(device)
        start = time.perf_counter()
        a @ a
        wait(device)
        best = min(best, time.perf_counter() - start)
    return 2*n**3/best


def about(device):
    cpu = f'{platform.machine()} CPU, {torch.get_num_threads()} threads'
    name = torch.cuda.get_device_name() if device.type == 'cuda' else cpu
    return f'{name}, {time.strftime("%Y-%m-%d")}, torch {torch.__version__}, Python {platform.python_version()}'


@call_parse
def main(
    device:str='cpu', # cpu or cuda
    width:float=1., # Multiplies every channel count of Table 1
    bs:int=16, # Images in a batch
    rounds:int=7, # Turns of each contender
    steps:int=4, # Timed steps in a turn
    file:str=None # Where the result goes
):
    dev = torch.device(device)
    cfg = configure('paper', width=width, swap=0., precision='fp32')
    images = SynthFaces(n=(steps + 1)*bs + 8)[:]
    dls = array_dls(images[8:], images[:8], bs=bs, device=dev)
    runs = {'here, fp32': ours(cfg, dls), 'here, bf16': ours(cfg, dls, precision='bf16'),
            'three backward passes, fp32': timed(three_backwards(cfg, dls), dls),
            'three backward passes, bf16': timed(three_backwards(cfg, dls, torch.bfloat16), dls),
            'here without judging reconstructions, fp32': ours(cfg, dls, dis_recon=False)}
    if device == 'cuda': runs['here, bf16, networks compiled'] = ours(cfg, dls, compiled=True, precision='bf16')
    try: runs['pythae 0.1.2, fp32'] = timed(pythae(cfg, dls), dls)
    except ImportError as e: print(f'pythae is left out: {e}')
    seconds = {k: [] for k in runs}
    for r in range(rounds + 1):                                              # the first round warms up
        for k, run in runs.items():
            s = run()
            if r: seconds[k].append(s)
        print(r, {k: f'{v[-1]:.3f}' for k, v in seconds.items() if v}, flush=True)
    ratio = lambda a, b: [x/y for x, y in zip(seconds[a], seconds[b])]
    summary = lambda r: dict(median=round(statistics.median(r), 3), smallest=round(min(r), 3), largest=round(max(r), 3))
    pairs = {'fp32: here / three backward passes': ('here, fp32', 'three backward passes, fp32'),
             'bf16: here / three backward passes': ('here, bf16', 'three backward passes, bf16'),
             'here: bf16 / fp32': ('here, bf16', 'here, fp32'),
             'fp32, reconstructions not judged: here / pythae':
                 ('here without judging reconstructions, fp32', 'pythae 0.1.2, fp32'),
             'bf16: compiled / not': ('here, bf16, networks compiled', 'here, bf16')}
    out = dict(about=about(dev), width=width, bs=bs, rounds=rounds, steps=steps,
               ratios={k: summary(ratio(*p)) for k, p in pairs.items() if set(p) <= set(seconds)},
               images_per_second={k: round(bs/statistics.median(v), 1) for k, v in seconds.items()},
               matrix_gflops={str(t)[6:]: round(matrix_rate(dev, t)/1e9, 1) for t in (torch.float32, torch.bfloat16)},
               seconds={k: [round(s, 5) for s in v] for k, v in seconds.items()})
    file = file or f'results/step_bench_{device}.json'
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_text(json.dumps(out, indent=1) + '\n')
    print(json.dumps(out['ratios'], indent=1))
