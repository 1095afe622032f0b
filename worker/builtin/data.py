"""The training set: pictures as cached TAESD latents, and batches of them with captions made on the fly."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch

from captions import caption, pair_caption
from colour import recolour
from pictures import read_artwork, read_rgba
from scenes import SIZE_PX, contrasting, half, scene
from subjects import COLOURED, COLOURS, FAMILIES, MORE, PAIRED, PLAIN, parse
from teacher import encode, load_teacher

# How many latents of each picture are kept: on white, on a colour, on a gradient, and in the left and the right half.
WHITE, COLOUR, GRADIENT, HALVES = 4, 3, 1, 2
VARIANTS = WHITE + COLOUR + GRADIENT
# Per channel, of the pictures on white. Fixed, so that a run can start from an earlier one's model.
LATENTS_MEAN = (1.416372, 0.841411, -0.045644, -0.651641)
LATENTS_STD = (0.655011, 0.979825, 0.663287, 0.723239)


def list_pictures(artwork):
    """-> [{"label", "words", "colour" (or None), "target" (recolour to, or None), "natural", "weight", "more"}]"""
    row = lambda **facts: dict(colour=None, target=None, natural=True, weight=1.0, more=False) | facts
    pictures = [row(label=label, words=words) for label, words, _ in parse(PLAIN) if label in artwork]
    pictures += [row(label=label, words=words, more=True) for label, words, _ in parse(MORE)]
    for label, words, own in parse(COLOURED):
        pictures.append(row(label=label, words=words, colour=own))
        pictures += [
            row(label=label, words=words, colour=colour, target=colour, natural=False, weight=0.5, tint=own == "white")
            for colour in COLOURS if colour != own
        ]
    for word, colours in FAMILIES.items():
        for colour in colours:
            natural = word == "heart" and colour == "red"
            pictures.append(row(label=f"{colour} {word}", words=[word], colour=colour, natural=natural, weight=0.7))
    for picture in pictures:
        picture["paired"] = picture["natural"] and any(word in PAIRED for word in picture["words"])
    return pictures


def artwork_of(picture, artwork):
    rgba = read_rgba(artwork[picture["label"]]["file"])
    return recolour(rgba, COLOURS[picture["target"]], picture["tint"]) if picture["target"] else rgba


def drawn(picture, rgba, rng):
    """All variants of one picture: [VARIANTS, h, w, 3], and its halves [2 * HALVES, h, w, 3], the left ones first, or None."""
    backgrounds = ["white"] * WHITE + [contrasting(picture, rng) for _ in range(COLOUR)]
    backgrounds += [tuple(contrasting(picture, rng) for _ in range(2)) for _ in range(GRADIENT)]
    picture["backgrounds"] = backgrounds
    scenes = np.stack([scene(rgba, background, rng) for background in backgrounds])
    halves = np.stack([half(rgba, right, rng) for right in (False, True) for _ in range(HALVES)]) if picture["paired"] else None
    return scenes, halves


def build(args):
    artwork = read_artwork(args.art, args.reference, args.captions)
    pictures = list_pictures(artwork)
    rng, side = np.random.default_rng(3), SIZE_PX // 8
    teacher = load_teacher(args.teacher)
    latent = lambda images: encode(teacher, torch.from_numpy(images).permute(0, 3, 1, 2).contiguous())
    latents, halves = torch.empty(len(pictures), VARIANTS, 4, side, side), {}
    for index, picture in enumerate(pictures):
        scenes, pair_parts = drawn(picture, artwork_of(picture, artwork), rng)
        latents[index] = latent(scenes)
        if pair_parts is not None:
            left, right = latent(pair_parts).chunk(2)
            halves[index] = (left[..., :side // 2].clone(), right[..., side // 2:].clone())
        if index % 50 == 0:
            print(index, len(pictures), flush=True)
    torch.save({"latents": latents, "halves": halves, "pictures": pictures}, args.out)
    manifest = [{k: p[k] for k in ("label", "words", "colour", "target")} | {"code_points": artwork[p["label"]]["hexcode"]} for p in pictures]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in manifest)
    Path(args.manifest).write_text(f"[\n{lines}\n]\n")
    white = latents[:, :WHITE]
    print(len(pictures), "pictures; latent mean", white.mean((0, 1, 3, 4)).tolist(), "std", white.std((0, 1, 3, 4)).tolist())


class Sampler:
    """Endless (latents, captions) batches, normalised per channel."""

    def __init__(self, cache_file, more_weight=1.0, pair_share=0.08, scene_share=0.14):
        cache = torch.load(cache_file, weights_only=False)
        self.pictures, self.halves = cache["pictures"], cache["halves"]
        self.pair_share, self.scene_share = pair_share, scene_share
        self.mean, self.std = (torch.tensor(values).view(4, 1, 1) for values in (LATENTS_MEAN, LATENTS_STD))
        self.latents = (cache["latents"] - self.mean) / self.std
        self.weights = [picture["weight"] * (more_weight if picture["more"] else 1.0) for picture in self.pictures]

    def single(self, index):
        """One subject, on white or on something else."""
        on_white = random.random() >= self.scene_share
        variant = random.randrange(WHITE) if on_white else random.randrange(WHITE, VARIANTS)
        picture = self.pictures[index]
        return self.latents[index, variant], caption(picture, picture["backgrounds"][variant])

    def pair(self):
        """Two different subjects: any left half beside any right half."""
        left, right = random.sample(list(self.halves), 2)
        parts = random.choice(self.halves[left][0]), random.choice(self.halves[right][1])
        return (torch.cat(parts, -1) - self.mean) / self.std, pair_caption(self.pictures[left], self.pictures[right])

    def batch(self, count):
        """-> latents [count, 4, 16, 16], captions"""
        indices = random.choices(range(len(self.pictures)), self.weights, k=count)
        rows = [self.pair() if random.random() < self.pair_share else self.single(index) for index in indices]
        return torch.stack([latents for latents, _ in rows]), [text for _, text in rows]


def main():
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "teacher", "out", "manifest"):
        parser.add_argument(f"--{name}", required=True)
    torch.set_num_threads(1)
    build(parser.parse_args())


if __name__ == "__main__":
    main()
