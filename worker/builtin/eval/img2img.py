"""Strengths 0.1..1.0 from six sources, drawn by the command line tool: what the app does, measured against source and prompt."""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[1]))
from classifier import Judge
from pictures import middle_square, place, read_artwork, read_rgba

STRENGTHS = [tenths / 10 for tenths in range(1, 11)]
SEEDS, TILE_PX, LABEL_PX = (0, 1, 2), 112, 16
BANDS = ["subtle"] * 3 + ["balanced"] * 3 + ["major"] * 3 + ["complete"]


def sketch(draw_on):
    """A line drawing as a person makes one: a few strokes on white."""
    page = Image.new("RGB", (256, 256), "white")
    draw_on(ImageDraw.Draw(page))
    return np.asarray(page.resize((128, 128), Image.LANCZOS))


def house(pen):
    pen.rectangle((58, 120, 198, 224), outline="black", width=6)
    pen.line((44, 124, 128, 44, 212, 124), fill="black", width=6)
    pen.rectangle((112, 164, 146, 224), outline="black", width=6)


def fish(pen):
    pen.ellipse((40, 84, 176, 180), outline=(20, 60, 160), width=7)
    pen.polygon([(170, 132), (224, 88), (224, 178)], outline=(20, 60, 160), width=7)
    pen.ellipse((72, 112, 86, 126), fill="black")


def sources(args):
    """-> [(name, uint8 [128, 128, 3], prompt, labels that are right at full strength)]"""
    artwork = read_artwork(args.art, args.reference, args.captions)
    emoji = lambda label: (place(read_rgba(artwork[label]["file"]), 128, 0.89) * 255).round().astype(np.uint8)
    return [
        ("photo of a cat", middle_square(args.cat, 128), "a tiger", ["tiger face"]),
        ("photo of a coffee cup", middle_square(args.coffee, 128), "a teapot", ["teapot"]),
        ("emoji: fox", emoji("fox"), "a panda", ["panda"]),
        ("emoji: red apple", emoji("red apple"), "an orange pumpkin", ["jack-o-lantern"]),
        ("sketch of a house", sketch(house), "a castle", ["castle"]),
        ("sketch of a fish", sketch(fish), "a blue fish", ["fish", "tropical fish", "blowfish", "dolphin", "shark", "whale"]),
    ]


def generate(args, source, prompt, strength, seed, out):
    command = [args.palimpsest, "generate", "--model", args.model, "--device", "cpu", "--source", source, "--prompt", prompt,
               "--strength", str(strength), "--seed", str(seed), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return np.asarray(Image.open(out).convert("RGB"))


def distances(source, results, full):
    """RMS to the source and to the picture of full strength, colours 0..1, at 16 px so that outlines and colours count, not edges."""
    small = lambda picture: np.asarray(Image.fromarray(picture).resize((16, 16), Image.BOX), np.float32) / 255
    rms = lambda a, b: float(np.sqrt(((small(a) - small(b)) ** 2).mean()))
    pixels = lambda a, b: float(np.sqrt(((a / 255.0 - b / 255.0) ** 2).mean()))
    return [{"source": pixels(r, source), "source_16px": rms(r, source), "full": pixels(r, full)} for r in results]


def run(args):
    judge, out, report = Judge(args.judge), Path(args.out), {}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, source, prompt, labels) in enumerate(sources(args)):
            file = Path(folder, f"{number}.png")
            Image.fromarray(source).save(file)
            one = lambda job: generate(args, file, prompt, job[0], job[1], Path(folder, f"{number}-{job[0]}-{job[1]}.png"))
            jobs = [(strength, seed) for seed in SEEDS for strength in STRENGTHS]
            with ThreadPoolExecutor(args.jobs) as pool:
                drawn = np.stack(list(pool.map(one, jobs))).reshape(len(SEEDS), len(STRENGTHS), *source.shape)
            measured = [distances(source, results, results[-1]) for results in drawn]
            mean = {key: [float(np.mean([seed[i][key] for seed in measured])) for i in range(len(STRENGTHS))] for key in measured[0][0]}
            named = [sum(bool(set(row) & set(labels)) for row in judge.nearest(drawn[:, i])) for i in range(len(STRENGTHS))]
            report[name] = {"prompt": prompt, "named": named} | mean
            rows.append((f"{name}: \"{prompt}\"", [source, *drawn[0]]))
            print(name, "monotone" if np.all(np.diff(mean["source"]) > 0) else "NOT MONOTONE",
                  "to source", *(f"{d:.3f}" for d in mean["source"]), "| prompt named", *named, flush=True)
    sheet(rows).save(out / "img2img.webp", quality=88)
    (out / "img2img.json").write_text(json.dumps(report, indent=1) + "\n")


def sheet(rows):
    """One row a source: the source, then seed 0 at every strength."""
    row_px = TILE_PX + LABEL_PX
    page = Image.new("RGB", ((len(STRENGTHS) + 1) * TILE_PX, LABEL_PX + len(rows) * row_px), "white")
    pen = ImageDraw.Draw(page)
    for column, heading in enumerate(["source"] + [f"{s} {band}" for s, band in zip(STRENGTHS, BANDS)]):
        pen.text((column * TILE_PX + 2, 2), heading, fill="black")
    for number, (text, pictures) in enumerate(rows):
        y = LABEL_PX + number * row_px
        pen.text((2, y + 2), text, fill="black")
        for column, picture in enumerate(pictures):
            page.paste(Image.fromarray(picture).resize((TILE_PX, TILE_PX), Image.LANCZOS), (column * TILE_PX, y + LABEL_PX))
    return page


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("art", "reference", "captions", "judge", "out", "palimpsest", "cat", "coffee"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--jobs", type=int, default=1)
    run(parser.parse_args())
