"""The shipped files through the command line tool against PyTorch, and what int8 changes in pictures."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(Path(__file__).parents[1]))
from sample import Shipped, draw, sheet
from text import Tokenizer
from train import averaged_model

PROMPTS = ["a fox", "a red apple", "a rocket", "a castle", "a cat", "a hamburger", "a guitar", "a wizard", "a blue strawberry", "a panda on a pink background"]


def engine_error(args):
    """Normalised mean squared error of the tool's latents and pixels, from the golden file's noise and prompt."""
    golden = load_file(args.golden)
    facts = safe_open(args.golden, "pt").metadata()
    with tempfile.TemporaryDirectory() as folder:
        noise, out, picture = (str(Path(folder, name)) for name in ("noise.safetensors", "out.safetensors", "picture.png"))
        save_file({"noise_00": golden["noise"]}, noise)
        subprocess.run([args.palimpsest, "generate", "--model", args.model, "--device", args.device, "--prompt", facts["prompt"].strip('"'), "--steps", facts["steps"],
                        "--guidance", facts["guidance"], "--noise", noise, "--latents", out, "--out", picture], check=True, capture_output=True)
        got = load_file(out)
    for name in ("latents", "decoded"):
        a, b = got[name].double(), golden[name].double().view(got[name].shape)
        print(f"{name}: NMSE {float((a - b).square().mean() / b.var()):.1e} on the {args.device}, {int((~a.isfinite()).sum())} not finite")


@torch.no_grad()
def int8_effect(args):
    """Pictures of the float weights above those of the shipped ones."""
    shipped, tokenizer = Shipped(args.model), Tokenizer(args.vocabulary)
    rounded = draw(shipped, tokenizer, PROMPTS)
    model = averaged_model(args.checkpoint)[0]
    shipped.text, shipped.unet = model.text, model.unet
    exact = draw(shipped, tokenizer, PROMPTS)
    sheet([*exact, *rounded], len(PROMPTS)).save(args.out, quality=88)
    error = ((exact / 255.0 - rounded / 255.0) ** 2).mean((1, 2, 3))
    print("int8 against float32, PSNR of pictures in dB:", ", ".join(f"{-10 * np.log10(e):.1f}" for e in error))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("model", "golden", "palimpsest", "vocabulary", "checkpoint", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    engine_error(arguments)
    int8_effect(arguments)
