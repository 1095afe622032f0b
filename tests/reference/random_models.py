"""Makes checkpoints that nobody has seen, each with an architecture and a scheduler of its own, and runs diffusers on them.

    python3 random_models.py OUT FIRST COUNT VOCABULARY

writes OUT/NNN for COUNT seeds from FIRST on: a folder in diffusers' layout with random weights, and in `runs` one file for
each picture that diffusers' pipelines made with it on the CPU in float32: the latents, the picture, what was drawn at random
on the way, and the request as JSON in the metadata. `cargo run --release -p pipeline --example against_reference OUT` makes
the same pictures and says how far they are off.

Needs torch, diffusers, transformers, safetensors and pillow. Models that the reference refuses are drawn again; a picture
that it refuses is recorded as that.
"""

import contextlib
import json
import pathlib
import random
import shutil
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

import diffusers
from diffusers import (AutoencoderKL, StableDiffusionImg2ImgPipeline, StableDiffusionInpaintPipeline, StableDiffusionPipeline,
                       UNet2DConditionModel)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

WORDS = ("a the red blue old tiny painting photo of castle lighthouse apple café by sea in winter, detailed 8k (soft) light's "
         "mother-in-law 東京 🦊 portrait! watercolor; neon & gold #art don't unbelievable 1990s").split()
TYPES = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}


def text_config(r):
    heads = r.choice((1, 2, 4))
    width = heads * r.choice((8, 12, 16))
    return dict(vocab_size=49408, max_position_embeddings=77, hidden_size=width, intermediate_size=width * r.choice((2, 4)),
                num_hidden_layers=r.randint(1, 3), num_attention_heads=heads, hidden_act=r.choice(("quick_gelu", "gelu")),
                layer_norm_eps=r.choice((1e-5, 1e-6)), projection_dim=32, bos_token_id=49406, pad_token_id=1,
                eos_token_id=r.choice((2, 49407)))


def unet_config(r, text_width, latent_channels, masked):
    levels, groups = r.randint(1, 4), r.choice((4, 8, 16, 32))
    widths = [groups * r.randint(1, max(1, 64 // groups)) for _ in range(levels)]
    crossed = [r.random() < 0.7 for _ in range(levels)]

    def each(choose):
        return [choose(i) for i in range(levels)] if r.random() < 0.4 else choose(0)

    heads = [n for n in (1, 2, 4, 8) if all(width % n == 0 for width in widths)]
    config = dict(
        sample_size=r.choice((8, 16, 32)), in_channels=latent_channels * (2 if masked else 1) + (1 if masked else 0),
        out_channels=latent_channels, block_out_channels=widths, norm_num_groups=groups,
        down_block_types=["CrossAttnDownBlock2D" if c else "DownBlock2D" for c in crossed],
        up_block_types=["CrossAttnUpBlock2D" if c else "UpBlock2D" for c in reversed(crossed)],
        layers_per_block=each(lambda _: r.randint(1, 2)), attention_head_dim=each(lambda _: r.choice(heads)),
        cross_attention_dim=text_width, use_linear_projection=r.random() < 0.5, upcast_attention=r.random() < 0.3,
        norm_eps=r.choice((1e-5, 1e-6)), flip_sin_to_cos=r.random() < 0.8, freq_shift=r.choice((0, 0, 1)))
    if r.random() < 0.3:
        config["transformer_layers_per_block"] = each(lambda _: r.randint(1, 2))
    if r.random() < 0.2:
        config["mid_block_type"] = r.choice(("UNetMidBlock2D", None))
    if r.random() < 0.2:
        config["time_embedding_dim"] = r.choice((32, 96))
    return config


def vae_config(r, latent_channels):
    levels, groups = r.choice((1, 2, 3, 4, 4)), r.choice((4, 8, 16))
    widths = [groups * r.randint(1, 48 // groups) for _ in range(levels)]
    return dict(in_channels=3, out_channels=3, latent_channels=latent_channels, sample_size=64, block_out_channels=widths,
                down_block_types=["DownEncoderBlock2D"] * levels, up_block_types=["UpDecoderBlock2D"] * levels,
                layers_per_block=r.randint(1, 2), norm_num_groups=groups, scaling_factor=r.choice((0.18215, 0.13025, 1.0)),
                use_quant_conv=r.random() < 0.8, use_post_quant_conv=r.random() < 0.8, mid_block_add_attention=r.random() < 0.8)


def scheduler_config(r):
    """(class, settings): what the engine's samplers know and a little of what they refuse."""
    start = r.choice((0.0001, 0.00085))
    config = dict(beta_start=start, beta_end=r.choice((0.012, 0.02)), steps_offset=r.choice((0, 1)),
                  beta_schedule=r.choice(("scaled_linear", "linear", "squaredcos_cap_v2")),
                  prediction_type=r.choice(("epsilon", "epsilon", "v_prediction", "sample")),
                  timestep_spacing=r.choice(("leading", "trailing", "linspace")))
    sigmas = r.choice(({}, {}, dict(use_karras_sigmas=True), dict(use_exponential_sigmas=True)))
    kind = r.choice(("DDIM", "EulerDiscrete", "EulerAncestralDiscrete", "DPMSolverMultistep", "UniPCMultistep", "LCM"))
    if kind == "DDIM":
        config.update(clip_sample=r.random() < 0.3, set_alpha_to_one=r.random() < 0.5, rescale_betas_zero_snr=r.random() < 0.2)
    if kind == "EulerDiscrete":
        config.update(sigmas, final_sigmas_type=r.choice(("zero", "zero", "sigma_min")), rescale_betas_zero_snr=r.random() < 0.2,
                      interpolation_type=r.choice(("linear", "linear", "log_linear")))
    if kind == "EulerAncestralDiscrete":
        config.update(rescale_betas_zero_snr=r.random() < 0.2)
    if kind == "DPMSolverMultistep":
        config.update(sigmas, solver_order=r.choice((1, 2, 2, 3)), solver_type=r.choice(("midpoint", "heun")),
                      algorithm_type=r.choice(("dpmsolver++", "dpmsolver++", "sde-dpmsolver++", "dpmsolver")),
                      lower_order_final=r.random() < 0.7, euler_at_final=r.random() < 0.3,
                      final_sigmas_type=r.choice(("zero", "sigma_min")))
    if kind == "UniPCMultistep":
        config.update(sigmas, solver_order=r.choice((1, 2, 2, 3)), solver_type=r.choice(("bh1", "bh2")),
                      predict_x0=r.random() < 0.8, lower_order_final=r.random() < 0.7,
                      final_sigmas_type=r.choice(("zero", "sigma_min")))
    if kind == "LCM":
        config.update(original_inference_steps=r.choice((20, 50)), clip_sample=r.random() < 0.3)
    if r.random() < 0.3:
        # Files leave out what is a default.
        for key in r.sample(sorted(config), 3):
            del config[key]
    return f"{kind}Scheduler", config


def randomise(module, generator, dtype):
    """Weights that keep activations of order one, rounded to the type that they are stored in."""
    for name, weight in module.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        if weight.dim() < 2:
            values = 1 + 0.2 * noise if name.endswith("weight") else 0.1 * noise
        else:
            values = noise * (0.3 if "embedding" in name else weight[0].numel() ** -0.5)
        weight.data.copy_(values.to(dtype).float())
    return module.eval()


@contextlib.contextmanager
def recorded(generator):
    """What the pipelines draw at random, in order; all of it comes from `generator`."""
    drawn = []

    def draw(shape, generator=None, device=None, dtype=None, layout=None, source=generator):
        drawn.append(torch.randn(tuple(shape), generator=source))
        return drawn[-1]

    places = [module for name, module in list(sys.modules.items()) if name.startswith("diffusers") and "randn_tensor" in vars(module)]
    before = [module.randn_tensor for module in places]
    for module in places:
        module.randn_tensor = draw
    try:
        yield drawn
    finally:
        for module, function in zip(places, before):
            module.randn_tensor = function


def picture(r, width, height):
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [128 + 127 * np.sin(r.uniform(2, 12) * x + r.uniform(2, 12) * y + r.uniform(0, 6)) for _ in range(3)]
    pixels = np.stack(waves, -1).astype(np.uint8)
    pixels[height // 4:height // 2, width // 3:width // 2] = [r.randrange(256) for _ in range(3)]
    return Image.fromarray(pixels)


def mask(r, width, height):
    pixels = np.zeros((height, width), np.uint8)
    left, top = r.randrange(width // 2), r.randrange(height // 2)
    pixels[top:top + height // 2, left:left + width // 2] = 255
    return Image.fromarray(pixels)


def requests(r, kinds, multiple):
    """(kind, arguments) of the pictures to make."""
    def prompt():
        return " ".join(r.choice(WORDS) for _ in range(r.choice((1, 3, 12, 90))))

    for kind in kinds:
        width, height = (multiple * r.randint(max(1, 24 // multiple), max(2, 72 // multiple)) for _ in range(2))
        arguments = dict(prompt=prompt(), negative_prompt=r.choice(("", prompt())), num_inference_steps=r.randint(2, 8),
                         guidance_scale=r.choice((1.0, 1.5, 5.0, 7.5)))
        if kind != "txt2img":
            arguments.update(strength=r.choice((0.3, 0.5, 0.55, 0.8, 0.99, 1.0)))
        yield kind, (width, height), arguments


def run(pipes, kind, size, arguments, r, generator):
    """One picture's tensors."""
    given, tensors = dict(arguments), {}
    width, height = size
    if kind != "txt2img":
        # Of another size than the picture, sometimes, where pipelines resize it.
        ragged = r.choice((0, 0, 5))
        source = picture(r, width + ragged, height + ragged // 2) if kind == "inpaint" else picture(r, width, height)
        given.update(image=source)
        tensors["source"] = torch.from_numpy(np.array(source))
    if kind == "inpaint":
        given.update(mask_image=mask(r, *source.size))
        tensors["mask"] = torch.from_numpy(np.array(given["mask_image"]))
    if kind != "img2img":
        given.update(width=width, height=height)
    pipe = pipes[kind]
    with recorded(generator) as drawn:
        latents = pipe(output_type="latent", **given).images
    decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    tensors.update(latents=latents, decoded=decoded, **{f"noise_{i:02}": noise for i, noise in enumerate(drawn)})
    return tensors


def model(r, seed, folder, vocabulary):
    generator = torch.Generator().manual_seed(seed)
    masked, stored = r.random() < 0.2, r.choice(sorted(TYPES))
    # Diffusers' inpainting takes no other number than 4.
    latent_channels = 4 if masked else r.choice((4, 4, 4, 8))
    text = CLIPTextModel(CLIPTextConfig(**text_config(r)))
    unet = UNet2DConditionModel(**unet_config(r, text.config.hidden_size, latent_channels, masked))
    vae = AutoencoderKL(**vae_config(r, latent_channels))
    for module in (text, unet, vae):
        randomise(module, generator, TYPES[stored])
    kind, settings = scheduler_config(r)
    parts = dict(text_encoder=text, unet=unet, vae=vae, tokenizer=CLIPTokenizer.from_pretrained(vocabulary), safety_checker=None,
                 feature_extractor=None, requires_safety_checker=False)
    kinds = {"txt2img": StableDiffusionPipeline, "img2img": StableDiffusionImg2ImgPipeline, "inpaint": StableDiffusionInpaintPipeline}
    # Each with a scheduler of its own: their constructors correct its settings, not all in the same way.
    pipes = {name: pipeline(**parts, scheduler=getattr(diffusers, kind)(**settings)) for name, pipeline in kinds.items()}
    for pipe in pipes.values():
        pipe.set_progress_bar_config(disable=True)
    pipes["inpaint" if masked else "txt2img"].save_pretrained(folder)
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps({"_class_name": kind, **settings}))
    for name, module in (("text_encoder", text), ("unet", unet), ("vae", vae)):
        file = "model.safetensors" if name == "text_encoder" else "diffusion_pytorch_model.safetensors"
        state = {key: value.to(TYPES[stored]).contiguous() for key, value in module.state_dict().items() if "position_ids" not in key}
        save_file(state, folder / name / file, metadata={"format": "pt"})
    (folder / "runs").mkdir()
    multiple = max(8, pipes["txt2img"].vae_scale_factor)
    kinds = ("inpaint", "inpaint") if masked else ("txt2img", "img2img", "img2img", "inpaint")[:3 if latent_channels != 4 else 4]
    for number, (what, size, arguments) in enumerate(requests(r, kinds, multiple)):
        told = dict(kind=what, width=size[0], height=size[1], scheduler=kind, settings=settings, **arguments)
        try:
            tensors = run(pipes, what, size, arguments, r, generator)
        except (ValueError, IndexError, RuntimeError, TypeError, AttributeError) as error:
            # A refusal is a result, too: the engine should not make a picture of it.
            tensors, told = {"nothing": torch.zeros(1)}, {**told, "refused": f"{type(error).__name__}: {error}"}
        tensors = {name: value.contiguous().clone() for name, value in tensors.items()}
        save_file(tensors, folder / "runs" / f"{number}_{what}.safetensors", metadata={"request": json.dumps(told)})


def main(out, first, count, vocabulary):
    diffusers.utils.logging.set_verbosity_error()
    torch.set_grad_enabled(False)
    for seed in range(int(first), int(first) + int(count)):
        folder = pathlib.Path(out) / f"{seed:04}"
        shutil.rmtree(folder, ignore_errors=True)
        for attempt in range(100):
            r = random.Random(f"{seed}.{attempt}")
            try:
                model(r, seed, folder, vocabulary)
                break
            except (ValueError, NotImplementedError, TypeError, ImportError) as error:
                print(f"{seed}: drawn again: {error}", file=sys.stderr)
                shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
