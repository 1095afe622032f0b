"""PSNR of the shipped autoencoder on what it never saw: one emoji in forty, and photographs."""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from autoencoder import psnr
from pictures import middle_square, place, read_artwork, read_rgba
from sample import Shipped


@torch.no_grad()
def run(args):
    torch.set_num_threads(1)
    vae, found = Shipped(args.model).vae, read_artwork(args.art, args.reference, args.captions)
    held_out = [read_rgba(found[label]["file"]) for label in sorted(found)[::40]]
    for size in (128, 256):
        for name, pictures in [(f"{len(held_out)} emoji", [place(rgba, size) for rgba in held_out])] + [(Path(f).name, [middle_square(f, size).astype(np.float32) / 255]) for f in args.photos]:
            images = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
            again = torch.cat([vae.decoder(vae.encoder(part * 2 - 1)) / 2 + 0.5 for part in images.split(8)])
            print(f"{name} at {size} px: {psnr(again, images):.1f} dB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "model"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--photos", nargs="*", default=[])
    run(parser.parse_args())
