"""The shipped number format: int8 rows with one float32 scale each, float16 for the small rest."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

MIN_ELEMENTS = 4096


def is_quantised(tensor):
    """Matrices, convolutions and embedding tables whose rows are whole 32-bit words."""
    return tensor.dim() in (2, 4) and tensor.numel() >= MIN_ELEMENTS and tensor[0].numel() % 4 == 0


def quantise(state):
    """{name: float} -> {name: I8, name.scale: F32 [rows]} and F16: w = q * scale[row], symmetric."""
    out = {}
    for name, tensor in state.items():
        tensor = tensor.detach().float().contiguous()
        if is_quantised(tensor):
            rows = tensor.flatten(1)
            scale = rows.abs().amax(1).clamp_min(1e-8) / 127
            out[name] = (rows / scale[:, None]).round().clamp(-127, 127).to(torch.int8).view(tensor.shape)
            out[name + ".scale"] = scale
        else:
            out[name] = tensor.half()
    return out


def dequantise(state):
    """The inverse, all float32."""
    out = {}
    for name, tensor in state.items():
        if name.endswith(".scale") and state.get(name[:-6], tensor).dtype == torch.int8:
            continue
        scale = state.get(name + ".scale") if tensor.dtype == torch.int8 else None
        out[name] = tensor.float() if scale is None else (tensor.flatten(1).float() * scale[:, None]).view(tensor.shape)
    return out


def write(folder, file_name, state, config):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in sorted(state.items())}, folder / file_name, metadata={"format": "pt"})
    (folder / file_name).chmod(0o644)
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def read(folder, file_name):
    return dequantise(load_file(Path(folder, file_name)))
