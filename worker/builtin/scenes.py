"""The pictures of the training set: one subject on white, on a colour, on a gradient, or in one half of the square."""

import numpy as np

from pictures import place
from subjects import BACKGROUNDS

SIZE_PX = 128


def shades(name, rng):
    """A background colour, a little off the middle of its word."""
    return np.clip(np.array(BACKGROUNDS[name]) + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)


def contrasting(picture, rng):
    """A background the subject will be seen on: not its own colour."""
    return str(rng.choice([name for name in BACKGROUNDS if name != picture["colour"]]))


def gradient(first, second, rng):
    """From the top to the bottom, or from the left to the right. -> [SIZE_PX, SIZE_PX, 3]"""
    ramp = np.linspace(0, 1, SIZE_PX, dtype=np.float32)
    ramp = ramp[:, None, None] if rng.random() < 0.7 else ramp[None, :, None]
    return np.broadcast_to(shades(first, rng) * (1 - ramp) + shades(second, rng) * ramp, (SIZE_PX, SIZE_PX, 3)).copy()


def scene(rgba, background, rng):
    """One variant: a small random shift, size and flip. background: "white", a colour, or a pair of colours."""
    if isinstance(background, tuple):
        behind = gradient(*background, rng)
    else:
        behind = (1, 1, 1) if background == "white" else shades(background, rng)
    shift = tuple(int(v) for v in rng.integers(-4, 5, 2))
    return place(rgba, SIZE_PX, rng.uniform(0.84, 0.94), shift, rng.random() < 0.5, behind)


def half(rgba, right, rng):
    """The subject in the left or right half of a white square."""
    shift = (int(rng.integers(-2, 3)) + (32 if right else -32), int(rng.integers(-6, 7)))
    return place(rgba, SIZE_PX, rng.uniform(0.42, 0.47), shift, rng.random() < 0.5)
