"""Which artwork a picture looks like: a small network that has seen the artwork alone, never a drawn picture."""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))
from data import artwork_of, list_pictures
from pictures import place, read_artwork

INPUT_PX = 64


def network(classes):
    """Four stages of two convolutions; colour and outline both count."""
    layers, width_in = [], 3
    for width in (32, 64, 128, 192):
        for stride, inner in ((1, width_in), (2, width)):
            layers += [nn.Conv2d(inner, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        width_in = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * width_in, classes))


def labelled(args):
    """-> ([n, 3, 80, 80] pictures on white with a border to crop from, their classes, the class names)"""
    artwork = read_artwork(args.art, args.reference, args.captions)
    pictures = list_pictures(artwork)
    names = sorted({picture["label"] for picture in pictures})
    images = [place(artwork_of(picture, artwork), 80, 0.75) for picture in pictures]
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2), torch.tensor([names.index(p["label"]) for p in pictures]), names


def augmented(images):
    """Random crops at random sizes, flips, tints, backgrounds near white, blur and noise: what drawn pictures differ by."""
    count = len(images)
    theta = torch.zeros(count, 2, 3)
    scale = torch.empty(count).uniform_(0.66, 0.95)
    theta[:, 0, 0] = scale * torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    theta[:, 1, 1] = scale * torch.empty(count).uniform_(0.94, 1.06)
    theta[:, 0, 1], theta[:, 1, 0] = torch.randn(2, count) * 0.05
    theta[:, :, 2] = torch.empty(count, 2).uniform_(-0.1, 0.1)
    grid = nn.functional.affine_grid(theta, (count, 3, INPUT_PX, INPUT_PX), align_corners=False)
    out = nn.functional.grid_sample(images, grid, align_corners=False, padding_mode="border")
    blurred = nn.functional.avg_pool2d(out, 3, 1, 1, count_include_pad=False)
    out = torch.lerp(out, blurred, torch.rand(count, 1, 1, 1))
    out = out * (1 + torch.randn(count, 3, 1, 1) * 0.06) + torch.randn(count, 3, 1, 1) * 0.03
    return (out + torch.randn_like(out) * 0.03).clamp(0, 1)


class Judge:
    """Names the nearest artwork."""

    def __init__(self, file):
        state = torch.load(file)
        self.names = state["names"]
        self.network = network(len(self.names)).eval()
        self.network.load_state_dict(state["model"])

    @torch.no_grad()
    def nearest(self, pictures, count=5):
        """pictures: uint8 [n, h, w, 3] -> [[label, ...], ...], likeliest first"""
        images = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        images = nn.functional.interpolate(images, (INPUT_PX, INPUT_PX), mode="area")
        top = self.network(images * 2 - 1).topk(count).indices
        return [[self.names[i] for i in row] for row in top.tolist()]


def train(args):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    images, classes, names = labelled(args)
    model = network(len(names)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    started, step, right = time.time(), 0, 0.0
    while (spent := (time.time() - started) / (60 * args.minutes)) < 1:
        pick = torch.randint(len(images), (96,))
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 100, max(0.02, (1 - spent) / 0.7))
        with torch.autocast("cpu", torch.bfloat16):
            scores = model((augmented(images[pick]) * 2 - 1).to(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(scores.float(), classes[pick], label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        right, step = 0.98 * right + 0.02 * float((scores.argmax(1) == classes[pick]).float().mean()), step + 1
        if step % 200 == 0:
            print(f"step {step} {time.time() - started:.0f} s loss {loss:.3f} right {right:.3f} of augmented artwork", flush=True)
    torch.save({"model": model.state_dict(), "names": names}, args.out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    train(parser.parse_args())
