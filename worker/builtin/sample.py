"""Pictures from the shipped files, in float32 from the dequantised weights: what the app should draw."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel

from quant import read
from text import Tokenizer


class Shipped:
    """The three models of a model folder, and the latent statistics."""

    def __init__(self, folder):
        folder = Path(folder)
        config = json.loads((folder / "text_encoder/config.json").read_text())
        self.text = CLIPTextModel(CLIPTextConfig(**config)).eval()
        self.text.load_state_dict(for_transformers(read(folder / "text_encoder", "model.safetensors"), self.text))
        self.unet = UNet2DConditionModel.from_config(json.loads((folder / "unet/config.json").read_text())).eval()
        self.unet.load_state_dict(read(folder / "unet", "diffusion_pytorch_model.safetensors"))
        vae = json.loads((folder / "vae/config.json").read_text())
        self.mean, self.std = (torch.tensor(vae.pop(k)).view(1, 4, 1, 1) for k in ("latents_mean", "latents_std"))
        self.vae = AutoencoderTiny.from_config(vae).eval()
        self.vae.load_state_dict(read(folder / "vae", "diffusion_pytorch_model.safetensors"))

    def denoise(self, states, noise, steps, guidance):
        """states: [2b, 77, 128], the empty prompt's first. noise: [b, 4, h, w] -> normalised latents."""
        sigmas = torch.linspace(1, 1 / steps, steps).tolist() + [0.0]
        latents = noise
        for sigma, following in zip(sigmas, sigmas[1:]):
            latents = latents + (following - sigma) * self.velocity(latents, sigma, states, guidance)
        return latents

    def velocity(self, latents, sigma, states, guidance):
        """One pass at guidance 1, two otherwise."""
        if guidance == 1:
            return self.unet(latents, torch.full((len(latents),), sigma * 1000), states.chunk(2)[1]).sample
        timesteps = torch.full((2 * len(latents),), sigma * 1000)
        without, given = self.unet(torch.cat([latents, latents]), timesteps, states).sample.chunk(2)
        return without + guidance * (given - without)

    def decode(self, latents):
        """-> [b, 3, 8h, 8w] in -1..1, not clamped"""
        return self.vae.decoder(latents * self.std + self.mean)


def for_transformers(state, model):
    """Published files say `text_model.`; newer transformers drop the prefix in the class."""
    own = model.state_dict()
    named = {(k if k in own else k.removeprefix("text_model.")): v for k, v in state.items()}
    return {k: named.get(k, own[k]) for k in own}


@torch.no_grad()
def draw(shipped, tokenizer, prompts, steps=8, guidance=1.0, seed=0, size=128, batch=16):
    """One picture a prompt, uint8 [n, size, size, 3]."""
    generator = torch.Generator().manual_seed(seed)
    pictures = []
    for start in range(0, len(prompts), batch):
        part = prompts[start:start + batch]
        states = shipped.text(input_ids=tokenizer([""] * len(part) + part)).last_hidden_state
        noise = torch.randn(len(part), 4, size // 8, size // 8, generator=generator)
        pictures.append(shipped.decode(shipped.denoise(states, noise, steps, guidance)))
    rgb = (torch.cat(pictures) / 2 + 0.5).clamp(0, 1)
    return (rgb.permute(0, 2, 3, 1) * 255).round().to(torch.uint8).numpy()


def sheet(pictures, columns):
    rows = [np.concatenate(list(pictures[i:i + columns]), 1) for i in range(0, len(pictures), columns)]
    blank = np.full_like(rows[0], 255)
    rows = [np.concatenate([row, blank[:, row.shape[1]:]], 1) for row in rows]
    return Image.fromarray(np.concatenate(rows, 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--prompts", required=True, help="text file, one a line")
    parser.add_argument("--out", required=True, help="PNG contact sheet")
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--guidance", type=float, default=1.0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    prompts = [line for line in Path(args.prompts).read_text().split("\n") if line.strip()]
    pictures = draw(Shipped(args.model), Tokenizer(args.vocabulary), prompts, args.steps, args.guidance, args.seed, args.size)
    sheet(pictures, args.columns).save(args.out)


if __name__ == "__main__":
    main()
