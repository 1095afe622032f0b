"""Reading the artwork: which emoji exist in both packages, and the picture of one on a background."""

import json
from pathlib import Path

import numpy as np
from PIL import Image


def bare(hexcode):
    """Code point sequence without variation selectors, the key both packages can be joined on."""
    return "-".join(part for part in hexcode.lower().split("-") if part != "fe0f")


def read_artwork(art_dir, reference_dir, captions_file):
    """{label: {"file", "tags", "group", "hexcode"}} for artwork that Microsoft's own set has too.

    art_dir: `package` folder of @lobehub/fluent-emoji-3d. reference_dir: of @iconify-json/fluent-emoji,
    whose names come from Microsoft's repository; artwork only Lobehub has is dropped, its origin is unknown.
    captions_file: en/data.json of emojibase-data.
    """
    files = {bare(path.stem): path for path in Path(art_dir, "assets").glob("*.webp")}
    icons = json.loads(Path(reference_dir, "icons.json").read_text())
    names = set(icons["icons"]) | set(icons.get("aliases", {}))
    found = {}
    for entry in json.loads(Path(captions_file).read_text()):
        key = bare(entry["hexcode"])
        slug = entry["label"].lower().replace(" ", "-").replace("’", "").replace(":", "")
        if key in files and slug in names:
            found[entry["label"]] = {
                "file": files[key], "tags": entry.get("tags", []), "group": entry.get("group"), "hexcode": key,
            }
    return found


def read_rgba(path):
    """[256, 256, 4] float32 in 0..1, straight alpha."""
    return np.asarray(Image.open(path).convert("RGBA"), dtype=np.float32) / 255


def middle_square(file, side_px):
    """A photograph's middle, uint8 [side_px, side_px, 3]."""
    picture = Image.open(file).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return np.asarray(picture.resize((side_px, side_px), Image.LANCZOS, box=(left, top, left + side, top + side)))


def place(rgba, size_px, scale=0.92, offset_px=(0, 0), flip=False, background=(1, 1, 1)):
    """Emoji on a flat or given background. -> [size_px, size_px, 3] float32 in 0..1."""
    side = max(8, round(size_px * scale))
    premultiplied = np.concatenate([rgba[..., :3] * rgba[..., 3:], rgba[..., 3:]], axis=-1)
    small = resize(premultiplied, side)
    if flip:
        small = small[:, ::-1]
    canvas = np.empty((size_px, size_px, 3), np.float32)
    canvas[:] = np.asarray(background, np.float32)
    left = (size_px - side) // 2 + offset_px[0]
    top = (size_px - side) // 2 + offset_px[1]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, size_px), min(top + side, size_px)
    part = small[y0 - top:y1 - top, x0 - left:x1 - left]
    canvas[y0:y1, x0:x1] = canvas[y0:y1, x0:x1] * (1 - part[..., 3:]) + part[..., :3]
    return canvas.clip(0, 1)


def resize(image, side):
    """[h, w, c] float -> [side, side, c], area-like filter, every channel on its own."""
    planes = [Image.fromarray(np.ascontiguousarray(image[..., c])).resize((side, side), Image.LANCZOS) for c in range(image.shape[-1])]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1).clip(0, 1)
