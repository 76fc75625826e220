"""Pages laid out with photographs: before and after, and what looks like it and is not.

Another generator than `posters`, on which the heuristic of pairs was tuned: other sizes, frames, captions, rounded
corners, and what a second photograph of the same thing differs in.
"""

import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from tests.posters import font

PAGES_PX = ((900, 1200), (1242, 1660), (1280, 720), (1080, 1080))
GROUNDS = ("#ffffff", "#f3f0ea", "#222831", "#fdeff2", "#dfe9f3")
LABELS = (("术前", "术后"), ("Before", "After"), ("第1天", "第28天"), ("", ""))


def crop(photograph: Image.Image, width: int, height: int, chance: random.Random) -> Image.Image:
    """A part of it, of this size."""
    scale = max(width / photograph.width, height / photograph.height) * chance.uniform(1.0, 1.5)
    size = (max(width, round(photograph.width * scale)), max(height, round(photograph.height * scale)))
    whole = photograph.resize(size)
    left, top = chance.randint(0, whole.width - width), chance.randint(0, whole.height - height)
    return whole.crop((left, top, left + width, top + height))


def again(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The same thing photographed again: nearer, turned, in another light, a part of it smoothed away."""
    width, height = picture.size
    turned = picture.rotate(chance.uniform(-4, 4), Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    cut = chance.uniform(0.01, 0.06)
    left, top = round(width * cut), round(height * cut)
    near = turned.crop((left, top, width - left, height - top)).resize((width, height))
    lit = ImageEnhance.Brightness(near).enhance(chance.uniform(0.8, 1.25))
    lit = ImageEnhance.Contrast(lit).enhance(chance.uniform(0.85, 1.2))
    lit = ImageEnhance.Color(lit).enhance(chance.uniform(0.7, 1.3))
    x, y = round(width * chance.uniform(0.2, 0.6)), round(height * chance.uniform(0.2, 0.6))
    part = (x, y, x + width // 5, y + height // 5)
    lit.paste(lit.crop(part).filter(ImageFilter.GaussianBlur(7)), part)
    return lit


def pair(photographs: Sequence[Image.Image], chance: random.Random) -> Image.Image:
    """Before and after on a page."""
    page, places, size = _ground(chance)
    first = crop(chance.choice(photographs), *size, chance)
    _place(page, (first, again(first, chance)), places, chance)
    return page


def no_pair(photographs: Sequence[Image.Image], chance: random.Random) -> Image.Image:
    """Photographs of two things in the same places, one alone, or a row of three."""
    page, places, size = _ground(chance)
    kind, chosen = chance.randrange(3), chance.sample(photographs, 3)
    if kind == 0:
        _place(page, [crop(each, *size, chance) for each in chosen[:2]], places, chance)
    elif kind == 1:
        alone = crop(chosen[0], page.width * 4 // 5, page.height // 2, chance)
        page.paste(alone, (page.width // 10, page.height // 4))
    else:
        width = page.width // 4
        for at, each in enumerate(chosen):
            left = page.width // 16 + at * (width + width // 6)
            page.paste(crop(each, width, width, chance), (left, page.height // 3))
    return page


def _ground(chance: random.Random) -> tuple[Image.Image, tuple[tuple[int, int], tuple[int, int]], tuple[int, int]]:
    """An empty page, where two pictures go, and their size."""
    width, height = chance.choice(PAGES_PX)
    page = Image.new("RGB", (width, height), chance.choice(GROUNDS))
    gap, margin, top = chance.choice((0, 6, 24, 60)), width // 16, height // 5
    if width < height and chance.random() < 0.35:  # below each other
        size = (width - 2 * margin, (height - top - margin - gap) // 2)
        return page, ((margin, top), (margin, top + size[1] + gap)), size
    size = ((width - 2 * margin - gap) // 2, round((height - top - margin) * chance.uniform(0.6, 1.0)))
    return page, ((margin, top), (margin + size[0] + gap, top)), size


def _place(
    page: Image.Image, pictures: Sequence[Image.Image], places: Sequence[tuple[int, int]], chance: random.Random
) -> None:
    round_px, labels, draw = chance.choice((0, 0, 18)), chance.choice(LABELS), ImageDraw.Draw(page)
    for picture, place, label in zip(pictures, places, labels, strict=True):
        mask = Image.new("L", picture.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, picture.width, picture.height), round_px, fill=255)
        page.paste(picture, place, mask)
        if label:
            draw.text((place[0] + 12, place[1] + 8), label, font=font(max(18, page.width // 36)), fill="#ffffff")
    draw.text((page.width // 12, page.height // 14), "疗程记录", font=font(page.width // 22), fill="#777777")
