"""Makes variants.safetensors: runs of diffusers' schedulers with settings that no other golden here covers.

Needs diffusers 0.42.1 and torch. Every run is on the pseudo-model tanh(0.7 x + 0.001 t) + 0.05; a metadata entry a run
holds its config as JSON.
"""

import json
import sys

import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler
from safetensors.torch import save_file

CLASSES = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler, "flow-euler": FlowMatchEulerDiscreteScheduler,
           "dpmpp-2m": DPMSolverMultistepScheduler}
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
TRAINED = [0.001 + 0.0001 * k for k in range(100)]


def runs():
    """(sampler, config, steps) of every run."""
    for kind in ("ddim", "euler"):
        yield kind, {}, 10
        yield kind, dict(BETAS), 7
        for spacing in ("leading", "trailing", "linspace"):
            for steps in (1, 7, 30):
                yield kind, dict(BETAS, timestep_spacing=spacing, prediction_type="v_prediction"), steps
        for betas in ("linear", "squaredcos_cap_v2"):
            yield kind, dict(beta_schedule=betas, timestep_spacing="linspace"), 9
        yield kind, dict(BETAS, timestep_spacing="trailing", rescale_betas_zero_snr=True, prediction_type="v_prediction"), 6
        yield kind, dict(BETAS, trained_betas=TRAINED, num_train_timesteps=100, timestep_spacing="leading", steps_offset=1), 5
    yield "ddim", dict(BETAS, clip_sample=False, set_alpha_to_one=True), 5
    yield "ddim", dict(BETAS, clip_sample=False, set_alpha_to_one=False, timestep_spacing="linspace"), 16
    yield "ddim", dict(BETAS, clip_sample_range=0.3), 5
    yield "euler", dict(BETAS, final_sigmas_type="sigma_min", timestep_spacing="trailing"), 5
    for steps in (1, 5, 28):
        yield "flow-euler", dict(shift=3.0), steps
    for kind in ("ddim", "euler"):
        yield kind, dict(BETAS, prediction_type="sample"), 8
    for levels in (dict(use_karras_sigmas=True), dict(use_exponential_sigmas=True), dict(interpolation_type="log_linear")):
        yield "euler", dict(BETAS, **levels), 8
        yield "euler", dict(BETAS, timestep_spacing="leading", steps_offset=1, prediction_type="v_prediction", **levels), 5
    yield "euler", dict(BETAS, use_karras_sigmas=True, timestep_spacing="trailing"), 1
    yield "euler", dict(BETAS, use_karras_sigmas=True, interpolation_type="log_linear", final_sigmas_type="sigma_min"), 6
    for solver in ("midpoint", "heun"):
        for order in (1, 2, 3):
            for steps in (6, 16):
                yield "dpmpp-2m", dict(BETAS, algorithm_type="sde-dpmsolver++", solver_order=order, solver_type=solver), steps
    yield "dpmpp-2m", dict(BETAS, algorithm_type="sde-dpmsolver++", use_karras_sigmas=True, euler_at_final=True), 10
    yield "dpmpp-2m", dict(BETAS, use_lu_lambdas=True), 10
    yield "dpmpp-2m", dict(BETAS, prediction_type="sample"), 10


def run(kind, config, steps, generator):
    """One run's tensors and its scheduler's starting scale."""
    scheduler, flow = CLASSES[kind](**config), kind == "flow-euler"
    scheduler.set_timesteps(steps, **(dict(sigmas=np.linspace(1.0, 1 / steps, steps)) if flow else {}))
    start, original = (torch.randn((1, 8), generator=generator) for _ in range(2))
    scale = float(getattr(scheduler, "init_noise_sigma", 1.0))
    x, trajectory, drawn = start * scale, [], []
    for t in scheduler.timesteps:
        seen = x if flow else scheduler.scale_model_input(x, t)
        fresh = {}
        if config.get("algorithm_type", "").startswith("sde"):
            drawn.append(torch.randn((1, 8), generator=generator))
            fresh = dict(variance_noise=drawn[-1])
        x = scheduler.step(torch.tanh(0.7 * seen + 0.001 * float(t)) + 0.05, t, x, **fresh).prev_sample
        trajectory.append(x)
    t = scheduler.timesteps[steps // 2:steps // 2 + 1]
    noisy = scheduler.scale_noise(original, t, start) if flow else scheduler.add_noise(original, start, t)
    tensors = {"start": start, "original": original, "noisy": noisy, "timesteps": scheduler.timesteps,
               # Log-linear ones have a level more than steps lead to.
               "sigmas": getattr(scheduler, "sigmas", torch.zeros(0))[:steps + 1], "trajectory": torch.stack(trajectory)}
    if drawn:
        tensors["noise"] = torch.stack(drawn)
    return tensors, scale


def main(path):
    generator, tensors, metadata = torch.Generator().manual_seed(11), {}, {}
    for number, (kind, config, steps) in enumerate(runs(), 1):
        made, scale = run(kind, config, steps, generator)
        tensors.update({f"{number:02d}.{name}": value.float().contiguous().clone() for name, value in made.items()})
        entry = dict(kind=kind, steps=steps, config=config, init_noise_sigma=scale)
        metadata[f"{number:02d}"] = json.dumps(entry, sort_keys=True)
    save_file(tensors, path, metadata=metadata)


if __name__ == "__main__":
    main(sys.argv[1])
