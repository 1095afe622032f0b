"""Numbers for what a picture shows: its subject's colour, its background, its two halves, its nearest training picture."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from colour import hue_distance, main_hue, oklab_from_rgb
from subjects import BACKGROUNDS, COLOURS


def subject_colour(picture):
    """uint8 [h, w, 3] on white -> the word for the hue that covers most of what is not background."""
    lab = oklab_from_rgb(picture.reshape(-1, 3) / 255.0)
    chroma, hue = np.hypot(lab[:, 1], lab[:, 2]), np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    subject = (lab[:, 0] < 0.93) | (chroma > 0.06)
    if not subject.any():
        return "white"
    if np.median(lab[subject, 0]) < 0.45 and np.median(chroma[subject]) < 0.06:
        return "black"
    peak = main_hue(hue[subject], chroma[subject])
    near = subject & (hue_distance(hue, peak) < 30) & (chroma > 0.04)
    found = np.array([lab[near, 0].mean(), *lab[near, 1:].mean(0)]) if near.any() else lab[subject].mean(0)
    return nearest_word(found, {name: from_lch(*lch) for name, lch in COLOURS.items()})


def from_lch(lightness, chroma, hue):
    return np.array([lightness, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))])


def nearest_word(lab, words):
    """By OKLab distance, lightness counting half: shading moves it more than hue."""
    weights = np.array([0.5, 1, 1])
    return min(words, key=lambda name: (((lab - words[name]) * weights) ** 2).sum())


def background_words(picture):
    """-> the words nearest to (the top corners, the bottom corners), or for a sideways gradient (left, right)."""
    words = {name: oklab_from_rgb(np.array(rgb)) for name, rgb in BACKGROUNDS.items()} | {"white": np.array([1.0, 0, 0])}
    size = len(picture)
    corner = lambda y, x: oklab_from_rgb(picture[y:y + 8, x:x + 8].reshape(-1, 3) / 255.0).mean(0)
    tl, tr, bl, br = (corner(y, x) for y in (0, size - 8) for x in (0, size - 8))
    first, second = ((tl + tr) / 2, (bl + br) / 2)
    if np.abs((tl + bl) - (tr + br)).sum() > np.abs((tl + tr) - (bl + br)).sum():
        first, second = (tl + bl) / 2, (tr + br) / 2
    return nearest_word(first, words), nearest_word(second, words)


def halves(picture):
    """Left and right half, each cut to its subject and laid on a white square."""
    middle = picture.shape[1] // 2
    return np.stack([centred(picture[:, :middle]), centred(picture[:, middle:])])


def centred(part, size=128, fill=0.85):
    """The box of what is not white, scaled to `fill` of a white square."""
    marked = part.min(-1) < 235
    if marked.sum() < 20:
        return np.full((size, size, 3), 255, np.uint8)
    rows, columns = np.flatnonzero(marked.any(1)), np.flatnonzero(marked.any(0))
    box = Image.fromarray(part[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1])
    scale = fill * size / max(box.size)
    box = box.resize(tuple(max(1, round(side * scale)) for side in box.size), Image.LANCZOS)
    square = Image.new("RGB", (size, size), "white")
    square.paste(box, ((size - box.width) // 2, (size - box.height) // 2))
    return np.asarray(square)


class Nearest:
    """The training picture that looks most like a drawn one: RMS over 32 px versions, both flips, colours 0..1."""

    def __init__(self, images):
        """images: [n, h, w, 3] in 0..1"""
        self.images = images
        small = np.stack([reduced(image) for image in images])
        self.small = np.concatenate([small, small[:, :, ::-1]]).reshape(2 * len(images), -1)

    def of(self, picture):
        """-> (its index, RMS distance)"""
        distances = np.sqrt(((self.small - reduced(picture / 255.0).reshape(1, -1)) ** 2).mean(1))
        best = int(distances.argmin())
        return best % len(self.images), float(distances[best])


def reduced(image):
    picture = Image.fromarray((np.asarray(image) * 255).round().astype(np.uint8)).resize((32, 32), Image.BOX)
    return np.asarray(picture, np.float32) / 255
