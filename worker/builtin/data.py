"""The training set: pictures as cached TAESD latents, each with the captions people would type for it."""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch

from colour import recolour
from pictures import place, read_artwork, read_rgba
from subjects import BACKGROUNDS, COLOURED, COLOURS, FAMILIES, PLAIN, parse
from teacher import encode, load_teacher

SIZE_PX = 128
WHITE_VARIANTS, BACKGROUND_VARIANTS = 4, 4
BACKGROUND_SHARE = 0.12
TEMPLATES = ["a {}", "a {}", "a {}", "{}", "{}", "the {}", "{} emoji", "a {} emoji", "an emoji of a {}", "a picture of a {}", "a cute {}", "one {}", "a 3d {}", "{} icon"]
BACKGROUND_TEMPLATES = ["{} on a {} background", "{} on a {} background", "{}, {} background", "{} with a {} background", "{} on {}"]


def list_pictures(artwork):
    """-> [{"label", "words", "colour" (or None), "target" (recolour to, or None), "natural", "weight"}]"""
    pictures = []
    for label, words, _ in parse(PLAIN):
        if label in artwork:
            pictures.append(dict(label=label, words=words, colour=None, target=None, natural=True, weight=1.0))
    for label, words, own in parse(COLOURED):
        pictures.append(dict(label=label, words=words, colour=own, target=None, natural=True, weight=1.0))
        for colour in COLOURS:
            if colour != own:
                pictures.append(dict(label=label, words=words, colour=colour, target=colour, natural=False, weight=0.5, tint=own == "white"))
    for word, colours in FAMILIES.items():
        for colour in colours:
            natural = word == "heart" and colour == "red"
            pictures.append(dict(label=f"{colour} {word}", words=[word], colour=colour, target=None, natural=natural, weight=0.7))
    return pictures


def with_article(text):
    """`a apple` -> `an apple`."""
    return " ".join("an" if w == "a" and n[:1] in "aeiou" else w for w, n in zip(text.split(), text.split()[1:] + [""]))


def caption(picture, background, rng=random):
    """One of the ways to ask for this picture. Colours are named unless they are the subject's own."""
    word = rng.choice(picture["words"])
    if picture["colour"] and not (picture["natural"] and rng.random() < 0.5):
        word = f"{picture['colour']} {word}"
    plural = picture["words"][0].endswith("s") and not picture["words"][0].endswith("ss")
    template = rng.choice(TEMPLATES)
    if plural:
        template = template.replace("a {}", "{}").replace("one ", "")
    text = template.format(word)
    if background and background != "white":
        text = rng.choice(BACKGROUND_TEMPLATES).format(text, background)
    elif rng.random() < 0.06:
        text += " on a white background"
    return with_article(text)


def artwork_of(picture, artwork):
    rgba = read_rgba(artwork[picture["label"]]["file"])
    return recolour(rgba, COLOURS[picture["target"]], picture["tint"]) if picture["target"] else rgba


def render(rgba, rng, background):
    """One variant: a small random shift, size and flip on its background."""
    shift = tuple(int(v) for v in rng.integers(-4, 5, 2))
    colour = (1, 1, 1) if background == "white" else np.clip(np.array(BACKGROUNDS[background]) + rng.normal(0, 0.03, 3), 0, 1)
    return place(rgba, SIZE_PX, rng.uniform(0.84, 0.94), shift, rng.random() < 0.5, colour)


def contrasting(picture, rng):
    """A background the subject will be seen on: not its own colour."""
    return rng.choice([name for name in BACKGROUNDS if name != picture["colour"]])


def build(args):
    artwork = read_artwork(args.art, args.reference, args.captions)
    pictures = list_pictures(artwork)
    rng = np.random.default_rng(3)
    teacher = load_teacher(args.teacher)
    latents = torch.empty(len(pictures), WHITE_VARIANTS + BACKGROUND_VARIANTS, 4, SIZE_PX // 8, SIZE_PX // 8)
    for index, picture in enumerate(pictures):
        backgrounds = ["white"] * WHITE_VARIANTS + [str(contrasting(picture, rng)) for _ in range(BACKGROUND_VARIANTS)]
        picture["backgrounds"] = backgrounds
        rgba = artwork_of(picture, artwork)
        drawn = np.stack([render(rgba, rng, background) for background in backgrounds])
        latents[index] = encode(teacher, torch.from_numpy(drawn).permute(0, 3, 1, 2).contiguous())
        if index % 50 == 0:
            print(index, len(pictures), flush=True)
    white = latents[:, :WHITE_VARIANTS]
    mean, std = white.mean((0, 1, 3, 4)), white.std((0, 1, 3, 4))
    torch.save({"latents": latents, "pictures": pictures, "mean": mean, "std": std}, args.out)
    manifest = [{k: p[k] for k in ("label", "words", "colour", "target")} | {"code_points": artwork[p["label"]]["hexcode"]} for p in pictures]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in manifest)
    Path(args.manifest).write_text(f"[\n{lines}\n]\n")
    print(len(pictures), "pictures; latent mean", mean.tolist(), "std", std.tolist())


class Sampler:
    """Endless (latents, captions) batches, normalised per channel."""

    def __init__(self, cache_file):
        cache = torch.load(cache_file, weights_only=False)
        self.pictures, self.mean, self.std = cache["pictures"], cache["mean"], cache["std"]
        self.latents = (cache["latents"] - self.mean.view(1, 1, 4, 1, 1)) / self.std.view(1, 1, 4, 1, 1)
        self.weights = [picture["weight"] for picture in self.pictures]

    def batch(self, count):
        latents, texts = [], []
        for index in random.choices(range(len(self.pictures)), self.weights, k=count):
            picture = self.pictures[index]
            scene = random.random() < BACKGROUND_SHARE
            variant = random.randrange(BACKGROUND_VARIANTS) + WHITE_VARIANTS if scene else random.randrange(WHITE_VARIANTS)
            latents.append(self.latents[index, variant])
            texts.append(caption(picture, picture["backgrounds"][variant]))
        return torch.stack(latents), texts


def main():
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "teacher", "out", "manifest"):
        parser.add_argument(f"--{name}", required=True)
    torch.set_num_threads(1)
    build(parser.parse_args())


if __name__ == "__main__":
    main()
