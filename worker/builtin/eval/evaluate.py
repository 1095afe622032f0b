"""Draws the hundred prompts with seeds 0-3 and measures them. Writes one sheet a group, and results.json."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))
from classifier import Judge
from data import artwork_of, list_pictures
from measures import Nearest, background_words, halves, subject_colour
from pictures import place, read_artwork
from prompts import GROUPS
from sample import Shipped, draw
from text import Tokenizer

SEEDS, TILE_PX, LABEL_PX, BLOCKS = 4, 96, 16, 2


def judge_subject(judge, pictures, labels):
    """-> how many of the pictures have a right label (first, among five)"""
    named = judge.nearest(pictures)
    return sum(row[0] in labels for row in named), sum(bool(set(row) & set(labels)) for row in named)


def judge_pair(judge, picture, left, right, ordered):
    """Both subjects are among the five nearest of one half each."""
    a, b = (set(row) for row in judge.nearest(halves(picture)))
    straight, crossed = bool(a & set(left)) and bool(b & set(right)), bool(a & set(right)) and bool(b & set(left))
    return straight or (crossed and not ordered)


def measure(group, prompt, expected, pictures, judge):
    """-> {measure: how many of the SEEDS pictures pass}"""
    if group in ("objects", "wording"):
        first, five = judge_subject(judge, pictures, expected)
        return {"top-1": first, "top-5": five}
    if group == "colours":
        colour, labels = expected
        return {"hue": sum(subject_colour(p) == colour for p in pictures), "top-5": judge_subject(judge, pictures, labels)[1]}
    if group == "backgrounds":
        wanted = {expected * 2} if len(expected) == 1 else {expected, expected[::-1]}
        return {"background": sum(background_words(p) in wanted for p in pictures)}
    ordered = " left" in prompt or " right" in prompt
    return {"both": sum(judge_pair(judge, p, *expected, ordered) for p in pictures)}


def sheet(rows):
    """rows: [(text, [pictures])] -> one image: the seeds from left to right, then the nearest training picture of the first."""
    columns = SEEDS + 1
    block, row = columns * TILE_PX + 12, TILE_PX + LABEL_PX
    per_block = -(-len(rows) // BLOCKS)
    out = Image.new("RGB", (BLOCKS * block, per_block * row), "white")
    pen = ImageDraw.Draw(out)
    for number, (text, pictures) in enumerate(rows):
        x, y = number // per_block * block, number % per_block * row
        pen.text((x + 2, y + 2), text, fill="black")
        for column, picture in enumerate(pictures):
            tile = Image.fromarray(picture).resize((TILE_PX, TILE_PX), Image.LANCZOS)
            out.paste(tile, (x + column * TILE_PX + (8 if column == SEEDS else 0), y + LABEL_PX))
    return out


def training_pictures(args):
    artwork = read_artwork(args.art, args.reference, args.captions)
    return np.stack([place(artwork_of(picture, artwork), 128, 0.89) for picture in list_pictures(artwork)])


def run(args):
    torch.set_num_threads(1)
    shipped, tokenizer, judge = Shipped(args.model), Tokenizer(args.vocabulary), Judge(args.judge)
    nearest, out, results = Nearest(training_pictures(args)), Path(args.out), {}
    out.mkdir(exist_ok=True)
    for group, prompts in GROUPS.items():
        drawn = np.stack([draw(shipped, tokenizer, list(prompts), args.steps, args.guidance, seed) for seed in range(SEEDS)], 1)
        rows, found = [], {}
        for (prompt, expected), pictures in zip(prompts.items(), drawn):
            near = [nearest.of(picture) for picture in pictures]
            memory = (nearest.images[near[0][0]] * 255).round().astype(np.uint8)
            found[prompt] = measure(group, prompt, expected, pictures, judge) | {"nearest": [round(d, 3) for _, d in near]}
            passed = ", ".join(f"{k} {v}/{SEEDS}" for k, v in found[prompt].items() if k != "nearest")
            rows.append((f"{prompt}  ({passed})", [*pictures, memory]))
        sheet(rows).save(out / f"{group}.webp", quality=86)
        results[group] = found
        report(group, found)
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")


def report(group, found):
    total = SEEDS * len(found)
    names = [name for name in next(iter(found.values())) if name != "nearest"]
    shares = [f"{name} {100 * sum(row[name] for row in found.values()) / total:.0f} %" for name in names]
    distances = np.concatenate([row["nearest"] for row in found.values()])
    print(f"{group}: {', '.join(shares)}; nearest training picture: RMS {np.median(distances):.3f} (median)", flush=True)
    if group == "colours":
        rows = list(found.values())
        for name, part in (("shown in that colour", rows[:10]), ("never shown in it", rows[10:])):
            print(f"  {name}: hue {100 * sum(row['hue'] for row in part) / (SEEDS * len(part)):.0f} %")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "model", "vocabulary", "judge", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--guidance", type=float, default=1.0)
    run(parser.parse_args())
