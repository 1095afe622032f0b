"""The sentences that people would type for a picture."""

import random

TEMPLATES = ["a {}", "a {}", "a {}", "{}", "{}", "the {}", "{} emoji", "a {} emoji", "an emoji of a {}", "a picture of a {}", "a cute {}", "one {}", "a 3d {}", "{} icon"]
BACKGROUND_TEMPLATES = ["{} on a {} background", "{} on a {} background", "{}, {} background", "{} with a {} background", "{} on {}"]
GRADIENT_TEMPLATES = ["{} on a {} and {} gradient", "{} on a gradient from {} to {}", "{}, {} to {} gradient background"]
PAIR_TEMPLATES = ["{a} and {b}", "{a} and {b}", "{a} and {b}", "{a} next to {b}", "{a} with {b}", "{a} beside {b}"]
PLACED_TEMPLATES = ["{a} on the left and {b} on the right", "{a} to the left of {b}", "{b} to the right of {a}"]


def with_article(text):
    """`a apple` -> `an apple`."""
    return " ".join("an" if w == "a" and n[:1] in "aeiou" else w for w, n in zip(text.split(), text.split()[1:] + [""]))


def is_plural(word):
    return word.endswith("s") and not word.endswith("ss")


def named(picture, rng):
    """One of the subject's names. Colours are named unless they are the subject's own."""
    word = rng.choice(picture["words"])
    if picture["colour"] and not (picture["natural"] and rng.random() < 0.5):
        word = f"{picture['colour']} {word}"
    return word


def caption(picture, background, rng=random):
    """One of the ways to ask for this picture. background: None or "white", a colour, or a pair of colours (a gradient)."""
    template = rng.choice(TEMPLATES)
    if is_plural(picture["words"][0]):
        template = template.replace("a {}", "{}").replace("one ", "")
    text = template.format(named(picture, rng))
    if isinstance(background, (tuple, list)):
        text = rng.choice(GRADIENT_TEMPLATES).format(text, *background)
    elif background and background != "white":
        text = rng.choice(BACKGROUND_TEMPLATES).format(text, background)
    elif rng.random() < 0.06:
        text += " on a white background"
    return with_article(text)


def pair_caption(left, right, rng=random):
    """One of the ways to ask for two subjects side by side. Which is on the left is free unless the words say it."""
    with_a = lambda picture: named(picture, rng) if is_plural(picture["words"][0]) else f"a {named(picture, rng)}"
    a, b = with_a(left), with_a(right)
    if rng.random() < 0.3:
        return with_article(rng.choice(PLACED_TEMPLATES).format(a=a, b=b))
    if rng.random() < 0.5:
        a, b = b, a
    return with_article(rng.choice(PAIR_TEMPLATES).format(a=a, b=b))
