"""64 px crops for the autoencoder: emoji on all sorts of backgrounds, and a few photographs."""

import numpy as np
import torch
from PIL import Image

from pictures import place

CROP_PX = 64
# scikit-image's pictures that are CC0 or public domain. chelsea.png (CC0) is kept for the figures.
PHOTOS = ["astronaut.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg", "brick.png", "grass.png", "gravel.png", "camera.png"]


def random_background(rng, size):
    """White mostly; else a flat colour, a two-colour gradient, or a gradient with noise."""
    draw = rng.random()
    if draw < 0.5:
        return np.ones((size, size, 3), np.float32)
    first, second = rng.random((2, 3), dtype=np.float32)
    if draw < 0.7:
        return np.broadcast_to(first, (size, size, 3)).copy()
    ramp = np.linspace(0, 1, size, dtype=np.float32)
    ramp = ramp[:, None, None] if rng.random() < 0.5 else ramp[None, :, None]
    scene = np.broadcast_to(first * (1 - ramp) + second * ramp, (size, size, 3)).copy()
    if draw > 0.9:
        scene += rng.normal(0, rng.random() * 0.15, scene.shape).astype(np.float32)
    return scene.clip(0, 1)


def emoji_scene(rng, artwork):
    """One emoji, sometimes with a second on top, at a random size around 128 px."""
    size = int(rng.integers(96, 193))
    scene = random_background(rng, size)
    for _ in range(1 if rng.random() < 0.8 else 2):
        rgba = artwork[rng.integers(len(artwork))]
        shift = tuple(int(v) for v in rng.integers(-8, 9, 2))
        scene = place(rgba, size, rng.uniform(0.7, 1.0), shift, rng.random() < 0.5, scene)
    return scene


def photo_scene(rng, photos):
    photo = photos[rng.integers(len(photos))]
    width, height = photo.size
    side = int(min(width, height) * rng.uniform(0.3, 1.0))
    left, top = int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))
    size = int(rng.integers(72, 200))
    scene = photo.resize((size, size), Image.LANCZOS, box=(left, top, left + side, top + side))
    scene = np.asarray(scene, np.float32) / 255
    if rng.random() < 0.5:  # other colours than these few photos have
        scene = scene[..., rng.permutation(3)] ** rng.uniform(0.7, 1.4)
    return scene[:, ::-1] if rng.random() < 0.5 else scene


def build_pool(count, artwork, photos, seed):
    """[count, 3, 64, 64] uint8 crops: four in five of emoji scenes, one in five of photos."""
    rng = np.random.default_rng(seed)
    pool = torch.empty(count, 3, CROP_PX, CROP_PX, dtype=torch.uint8)
    for i in range(0, count, 3):  # three crops of each scene, scenes are the slow part
        scene = photo_scene(rng, photos) if rng.random() < 0.2 else emoji_scene(rng, artwork)
        for j in range(i, min(i + 3, count)):
            y, x = rng.integers(0, scene.shape[0] - CROP_PX + 1, 2)
            crop = np.ascontiguousarray(scene[y:y + CROP_PX, x:x + CROP_PX])
            pool[j] = torch.from_numpy((crop * 255 + 0.5).astype(np.uint8)).permute(2, 0, 1)
    return pool
