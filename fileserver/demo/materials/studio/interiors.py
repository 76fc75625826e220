"""Rooms of the clinic: a sunlit wall, a row of arches, a window behind sheer curtains.

Promises scenes (see `darkroom.Scene`) that hold at any aspect ratio and leave a calm area for type.
"""

import numpy as np

from fileserver.demo.materials import brand
from fileserver.demo.materials.studio import forms
from fileserver.demo.materials.studio.frame import Frame, Plane, arch, bell, box, circle, inside, mix, rgb, smooth
from fileserver.demo.materials.studio.noise import cloud, streaks


def sunlit_wall(frame: Frame, rng: np.random.Generator) -> None:
    """Late light through a window and a plant, on plaster above a table with a plinth and what stands on it."""
    height, width = frame.canvas.shape[:2]
    level = 0.62 * frame.bottom
    wall, table = WALLS[rng.integers(len(WALLS))]
    forms.horizon(frame, level, rgb(wall, 0.84), rgb(table, 0.86), 0.012)
    plaster = cloud(rng, width, height, 5, 5)
    frame.shade(1 + 0.035 * plaster)
    light = _window_light(frame, level) * (1 - 0.85 * _plants(frame, rng, level))
    frame.glow(np.asarray((0.30, 0.235, 0.165), np.float32), light * (1 + 0.2 * plaster))
    _PROPS[rng.integers(len(_PROPS))](frame, 0.40 * frame.right, level)


def _ball_on_plinth(frame: Frame, cx: float, level: float) -> None:
    soft = 1.5 * frame.pixel
    forms.cast(frame, cx, level + 0.30, 1.1, 0.11, 0.42)
    forms.cylinder(frame, cx, level - 0.16, 0.30, 0.44, rgb(brand.IVORY, 0.93), soft)
    forms.sphere(frame, cx - 0.03, level - 0.32, 0.17, rgb(brand.CLAY, 1.02), soft)


def _two_plinths(frame: Frame, cx: float, level: float) -> None:
    soft = 1.5 * frame.pixel
    forms.cast(frame, cx + 0.2, level + 0.16, 1.0, 0.10, 0.40)
    forms.cylinder(frame, cx + 0.22, level - 0.62, 0.19, 0.78, rgb(brand.SAND, 0.98), soft)
    forms.sphere(frame, cx + 0.22, level - 0.77, 0.15, rgb(brand.IVORY, 0.99), soft)
    forms.cast(frame, cx - 0.18, level + 0.32, 0.9, 0.10, 0.40)
    forms.cylinder(frame, cx - 0.18, level + 0.02, 0.26, 0.28, rgb(brand.IVORY, 0.95), soft)
    forms.sphere(frame, cx - 0.20, level - 0.11, 0.13, rgb(brand.MOSS, 1.05), soft)


def _three_balls(frame: Frame, cx: float, level: float) -> None:
    soft = 1.5 * frame.pixel
    for dx, dy, radius, tint in (
        (-0.42, 0.20, 0.26, brand.IVORY),
        (0.06, 0.28, 0.17, brand.GOLD),
        (0.34, 0.30, 0.10, brand.PINE),
    ):
        forms.cast(frame, cx + dx, level + dy + 0.85 * radius, 4 * radius, 0.5 * radius, 0.42)
        forms.sphere(frame, cx + dx, level + dy, radius, rgb(tint, 1.0 if tint != brand.PINE else 1.3), soft)


WALLS = ((brand.SAND, brand.SAND), (brand.BLUSH, brand.SAND), (brand.SAGE, brand.MIST))
_PROPS = (_ball_on_plinth, _two_plinths, _three_balls)


def _window_light(frame: Frame, level: float) -> Plane:
    x = frame.x + 0.42 * frame.y + 0.10
    y = frame.y + 0.12 * frame.x + 0.28 * frame.bottom
    light = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    for column in range(-1, 2):
        for row in range(-2, 2):
            soft = 0.035 + 0.03 * (column + 1)
            pane = box(x - column * 0.58, y - row * 0.62 - 0.2, 0.26, 0.28)
            light = np.maximum(light, inside(pane, soft))
    return light * (0.55 + 0.45 * smooth(level + 0.5, -1.0, frame.y)) * smooth(1.9, -0.4, x)


def _plants(frame: Frame, rng: np.random.Generator, level: float) -> Plane:
    shade = forms.branch_shadow(frame, rng, -0.55 * frame.right, level, 0.35, 1.5)
    return np.maximum(shade, forms.branch_shadow(frame, rng, -0.95 * frame.right, level + 0.2, 0.5, 1.7))


def arches(frame: Frame, rng: np.random.Generator) -> None:
    """A row of round-headed doorways, one behind the other, towards a bright end."""
    vanish, floor = -0.05, 0.58 * frame.bottom
    tint = rgb(brand.SAND) if rng.random() < 0.5 else rgb(brand.BLUSH, 0.98)
    frame.paint(mix(rgb(brand.IVORY, 1.02), tint, smooth(-1.4, 1.2, frame.y + 0 * frame.x)))
    for step in range(5, -1, -1):
        near = 0.80**step
        _doorway(frame, near, vanish, tint * (0.80 + 0.24 * (step / 5)))
    _floor(frame, rng, vanish, floor * 0.60, tint)
    frame.glow(rgb(brand.IVORY, 0.20), np.exp(-np.square((frame.x - vanish) / 0.5) - np.square((frame.y + 0.1) / 0.8)))


def _doorway(frame: Frame, near: float, vanish: float, colour: Plane) -> None:
    half, spring = 0.74 * near, -0.52 * near
    x = frame.x - vanish - 0.06 * (1 - near)
    opening = arch(x, frame.y, half, spring)
    reveal = arch(x + 0.07 * near, frame.y + 0.015 * near, half, spring)
    soft = 1.6 * frame.pixel
    light = 0.97 - 0.13 * frame.x + 0.10 * np.clip(-frame.y, 0, 1.5) - 0.16 * np.exp(-np.clip(opening, 0, 3) / 0.16)
    outside = 1 - inside(opening, soft)
    frame.paint(colour * light[..., None], outside)
    inner = inside(opening, soft) * (1 - inside(reveal, soft))
    frame.paint(colour * np.float32(0.80), inner * np.where(x > 0, 1.0, 0.0))
    frame.paint(colour * np.float32(1.16), inner * np.where(x > 0, 0.0, 0.9))


def _floor(frame: Frame, rng: np.random.Generator, vanish: float, level: float, tint: Plane) -> None:
    height, width = frame.canvas.shape[:2]
    row = int(np.searchsorted(frame.y[:, 0], level))
    count = height - row
    source = np.clip(row - (np.arange(count) * 1.0).astype(int), 0, height - 1)
    depth = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    mirror = frame.canvas[source]
    base = tint * (0.62 + 0.22 * depth + 0.02 * cloud(rng, width, count, 6))[..., None]
    share = (0.52 * (1 - depth) + 0.14) * np.ones((1, width), np.float32)
    frame.canvas[row:] = mix(base, mirror * np.float32(0.96), share)
    beam = np.exp(-np.square((frame.x - vanish) / (0.16 + 0.55 * depth))) * (1 - depth) * 0.34
    frame.canvas[row:] += rgb(brand.IVORY) * beam[..., None]


def curtains(frame: Frame, rng: np.random.Generator) -> None:
    """Daylight through sheer curtains, a rounded bench and a paper lamp in front."""
    height, width = frame.canvas.shape[:2]
    level = 0.52 * frame.bottom
    folds = streaks(rng, width, 16 * frame.right)[None, :] + 0.5 * streaks(rng, width, 46 * frame.right)[None, :]
    sway = 0.10 * cloud(rng, width, height, 2, 2)
    light = 0.80 + 0.10 * (folds + sway) + 0.10 * np.exp(-np.square((frame.x + 0.3) / 0.9))
    light = light * (1 - 0.10 * smooth(-0.2, 1.2, frame.y))
    frame.paint(mix(rgb(brand.SAND, 0.92), rgb(brand.IVORY, 1.06), np.clip((light - 0.55) / 0.45, 0, 1)))
    rail = bell(np.mod(frame.x + 0.35, 0.9) - 0.45, 0.022) * 0.09
    frame.shade(1 - rail * np.ones_like(frame.y))
    _floor(frame, rng, -0.3, level, rgb(brand.SAND, 1.06))
    _bench(frame, 0.18 * frame.right, level + 0.06)
    cx, cy = 0.56 * frame.right, -0.42 * frame.bottom
    frame.shade(1 - 0.75 * bell(frame.x - cx, 0.006) * inside(frame.y - cy, 0.01))
    forms.sphere(frame, cx, cy, 0.23, rgb(brand.IVORY, 1.02), 2 * frame.pixel, 0.05)
    frame.glow(np.asarray((0.16, 0.12, 0.07), np.float32), np.exp(-np.square(circle(frame, cx, cy, 0) / 0.5)))


def _bench(frame: Frame, cx: float, level: float) -> None:
    under = np.exp(-np.square(np.square((frame.x - cx) / 0.68)) - np.square((frame.y - level - 0.225) / 0.045))
    frame.shade(1 - 0.55 * under)
    forms.cast(frame, cx + 0.3, level + 0.22, 1.1, 0.06, 0.30)
    soft = 1.6 * frame.pixel
    for dy, half_width, half_height, gain in (
        (0.10, 0.66, 0.12, 0.80),
        (-0.06, 0.70, 0.10, 0.94),
        (-0.26, 0.24, 0.09, 1.04),
    ):
        dx = cx - 0.40 if half_width < 0.3 else cx
        shape = box(frame.x - dx, frame.y - level - dy, half_width, half_height, 0.085)
        up = (frame.y - level - dy) / half_height
        light = gain * (0.94 - 0.16 * smooth(-0.6, 1.0, up)) * (1 - 0.08 * (frame.x - dx))
        frame.paint(rgb(brand.SAGE, 0.98) * light[..., None], inside(shape, soft))


def niches(frame: Frame, rng: np.random.Generator) -> None:
    """A wall with round-headed niches lit from above, something different standing in each."""
    height, width = frame.canvas.shape[:2]
    frame.paint(mix(rgb(brand.IVORY, 0.93), rgb(brand.SAND, 0.88), smooth(-1.4, 1.6, frame.y + 0.5 * frame.x)))
    frame.shade(1 + 0.025 * cloud(rng, width, height, 6, 5))
    half, gap = 0.36, 1.0
    count = max(1, int(2 * frame.right // gap))
    foot, first = min(0.62 * frame.bottom, 0.8), int(rng.integers(3))
    for index in range(count):
        cx = (index - (count - 1) / 2) * gap
        _niche(frame, cx, half, foot)
        _content(frame, cx, foot - 0.02, (index + first) % 3)


def _niche(frame: Frame, cx: float, half: float, foot: float) -> None:
    x, soft = frame.x - cx, 1.6 * frame.pixel
    hole = np.maximum(arch(x, frame.y, half, foot - 1.0), frame.y - foot)
    depth = np.clip(-hole / half, 0, 1)
    light = 0.70 + 0.30 * np.exp(-np.square(x / 0.30) - np.square((frame.y - foot + 0.75) / 0.55))
    light = light * (0.80 + 0.20 * smooth(0.0, 0.22, depth)) - 0.10 * smooth(0.0, -half, x)
    frame.paint(rgb(brand.BLUSH, 0.98) * light[..., None], inside(hole, soft))
    shelf = inside(hole, soft) * smooth(foot - 0.15, foot - 0.13, frame.y)
    frame.paint(rgb(brand.SAND, 1.02), 0.75 * shelf)


def _content(frame: Frame, cx: float, foot: float, kind: int) -> None:
    soft = 1.5 * frame.pixel
    frame.shade(1 - 0.34 * np.exp(-np.square((frame.x - cx) / 0.24) - np.square((frame.y - foot + 0.05) / 0.04)))
    if kind == 0:
        forms.sphere(frame, cx, foot - 0.26, 0.21, rgb(brand.CLAY, 1.04), soft)
    elif kind == 1:
        forms.cylinder(frame, cx, foot - 0.50, 0.15, 0.44, rgb(brand.MOSS, 1.12), soft)
        forms.sphere(frame, cx + 0.02, foot - 0.60, 0.10, rgb(brand.IVORY), soft)
    else:
        for step, radius in enumerate((0.19, 0.14, 0.09)):
            forms.sphere(
                frame,
                cx,
                foot - 0.23 - step * 0.28 + 0.03 * step * step,
                radius,
                rgb(brand.IVORY, 0.98 - 0.05 * step),
                soft,
            )
