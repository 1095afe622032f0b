"""Recolouring: moves the pixels of a picture's main colour to another one, in OKLab, shading kept."""

import numpy as np

TO_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]])
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]])


def oklab_from_rgb(rgb):
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T


def rgb_from_oklab(lab):
    linear = ((lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_LMS).T).clip(0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def hue_distance(a, b):
    return np.abs((a - b + 180) % 360 - 180)


def main_hue(hue, weight):
    """Peak of the chroma-weighted hue histogram, smoothed over 30 degrees, degrees."""
    histogram, _ = np.histogram(hue % 360, bins=72, range=(0, 360), weights=weight)
    smooth = sum(np.roll(histogram, shift) for shift in range(-3, 4))
    return (smooth.argmax() + 0.5) * 5


def recolour(rgba, target, near_grey=False):
    """rgba: [h, w, 4] in 0..1, straight alpha. target: OKLCh. near_grey: the picture is white or grey, tint that."""
    lightness_to, chroma_to, hue_to = target
    lab = oklab_from_rgb(rgba[..., :3].astype(np.float64))
    lightness, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    if near_grey:
        mask = ((0.12 - chroma) / 0.05).clip(0, 1) * ((lightness - 0.45) / 0.1).clip(0, 1)
        centre, relative = 0.0, np.ones_like(chroma)
    else:
        centre = main_hue(hue[rgba[..., 3] > 0.5], chroma[rgba[..., 3] > 0.5])
        mask = ((55 - hue_distance(hue, centre)) / 15).clip(0, 1) * ((chroma - 0.02) / 0.03).clip(0, 1)
    weight = mask * rgba[..., 3]
    mean = lambda values: float((values * weight).sum() / max(weight.sum(), 1e-6))
    if not near_grey:
        relative = (chroma / max(mean(chroma), 1e-3)).clip(0, 1.5)
    # Wide shading is pulled in a little, so that the word stays right at both ends of it.
    shaded = lightness_to + (lightness - mean(lightness)) * (0.9 if chroma_to > 0.05 else 0.7)
    turned = np.radians(hue_to + (0 if near_grey else 0.25) * ((hue - centre + 180) % 360 - 180))
    wanted = np.stack([shaded.clip(0, 1), chroma_to * relative * np.cos(turned), chroma_to * relative * np.sin(turned)], -1)
    mixed = lab * (1 - mask[..., None]) + wanted * mask[..., None]
    return np.concatenate([rgb_from_oklab(mixed), rgba[..., 3:]], -1).astype(np.float32)
