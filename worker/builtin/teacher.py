"""TAESD as published (raw nn.Sequential keys), used as a teacher only: never shipped, never a starting point."""

from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import load_file

STAGES = dict(num_encoder_blocks=(1, 3, 3, 3), num_decoder_blocks=(3, 3, 3, 1))


def tiny(encoder_width, decoder_width):
    """AutoencoderTiny with TAESD's blocks per stage and a width of our choice."""
    return AutoencoderTiny(
        encoder_block_out_channels=(encoder_width,) * 4, decoder_block_out_channels=(decoder_width,) * 4, **STAGES
    )


def load_teacher(folder):
    """TAESD in diffusers' class. Its decoder's raw index counts the clamp, diffusers' does not."""
    model = tiny(64, 64)
    state = {}
    for name, tensor in load_file(Path(folder, "taesd_encoder.safetensors")).items():
        state[f"encoder.layers.{name}"] = tensor.float()
    for name, tensor in load_file(Path(folder, "taesd_decoder.safetensors")).items():
        index, rest = name.split(".", 1)
        state[f"decoder.layers.{int(index) - 1}.{rest}"] = tensor.float()
    model.load_state_dict(state)
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def encode(model, images, batch=64):
    """images: [n, 3, h, w] in 0..1 -> latents [n, 4, h/8, w/8], TAESD's space."""
    parts = []
    for chunk in images.split(batch):
        with torch.autocast("cpu", torch.bfloat16):  # RMS error 0.006 against float32, latents have std 1
            parts.append(model.encoder((chunk * 2 - 1).to(memory_format=torch.channels_last)).float())
    return torch.cat(parts).contiguous()
