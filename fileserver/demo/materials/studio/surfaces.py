"""Close views without objects: satin folds, a poured emulsion, bokeh in skin tones, ribbed glass, drops of water.

Promises scenes (see `darkroom.Scene`) that stand for skin, light and texture without showing a person.
"""

import numpy as np

from fileserver.demo.materials import brand
from fileserver.demo.materials.studio.frame import Frame, Plane, bell, circle, inside, mix, rgb, smooth
from fileserver.demo.materials.studio.noise import cloud

DROPS = 70


def satin(frame: Frame, rng: np.random.Generator) -> None:
    """Folds of skin-toned satin, lit from the side."""
    height, width = frame.canvas.shape[:2]
    warp = 0.55 * cloud(rng, width, height, 1.6, 3)
    axis = frame.x * 0.75 + frame.y * 0.9 + warp
    relief = (
        0.16 * np.sin(axis * 4.6) + 0.08 * np.sin(axis * 9.7 + 3 * warp + 1.0) + 0.10 * cloud(rng, width, height, 2)
    )
    _lit(frame, relief, 0.9, rgb(brand.CLAY, 0.80), rgb(brand.BLUSH, 1.04), 0.22)


def emulsion(frame: Frame, rng: np.random.Generator) -> None:
    """A thick cream stirred once, seen from above."""
    height, width = frame.canvas.shape[:2]
    cx, cy = rng.uniform(-0.3, 0.3, 2)
    x, y = frame.x - cx, frame.y - cy
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    turn = angle * 2 + 5.2 * np.log(radius + 0.25) + 0.7 * cloud(rng, width, height, 2, 2)
    relief = (0.12 * np.sin(turn) + 0.035 * np.sin(3 * turn + 0.6)) * (0.35 + smooth(0.0, 0.7, radius))
    _lit(frame, relief, 1.0, rgb(brand.SKIN, 0.92), rgb(brand.IVORY, 1.01), 0.30)


def _lit(frame: Frame, relief: Plane, depth: float, shadow: Plane, light: Plane, gloss: float) -> None:
    step = frame.pixel
    gy, gx = np.gradient(relief, step, step)
    nz = 1 / np.sqrt(1 + (depth * gx) ** 2 + (depth * gy) ** 2)
    facing = (0.55 * -gx * depth + 0.45 * -gy * depth + 0.70) * nz
    frame.paint(mix(shadow, light, smooth(-0.15, 1.05, facing)))
    frame.shade(1 + 0.35 * np.clip(relief, -0.4, 0.2))
    frame.glow(rgb(brand.IVORY), gloss * smooth(0.92, 1.0, facing))


def bokeh(frame: Frame, rng: np.random.Generator) -> None:
    """Lights out of focus in front of a warm ground."""
    height, width = frame.canvas.shape[:2]
    ground = smooth(-1.2, 1.3, frame.y + 0.5 * frame.x + 0.5 * cloud(rng, width, height, 1.5, 2))
    frame.paint(mix(rgb(brand.BLUSH, 0.98), rgb(brand.CLAY, 0.74), ground))
    tints = (rgb(brand.IVORY), rgb(brand.BLUSH, 1.05), rgb(brand.SKIN, 1.12), rgb(brand.GOLD, 1.2))
    for _ in range(46):
        cx = rng.uniform(-1.1, 1.1) * frame.right
        cy = rng.normal(0.15 + 0.25 * cx, 0.45) * frame.bottom
        radius = rng.uniform(0.04, 0.27)
        strength = rng.uniform(0.06, 0.24) * (0.30 - 0.5 * radius) / 0.25
        _disc(frame, cx, cy, radius, tints[rng.integers(len(tints))], strength)
    frame.glow(rgb(brand.BLUSH, 0.16), np.exp(-np.square((frame.x + 0.5) / 0.8) - np.square((frame.y + 0.6) / 0.8)))


def _disc(frame: Frame, cx: float, cy: float, radius: float, tint: Plane, strength: float) -> None:
    view = frame.window(cx - radius * 1.2, cy - radius * 1.2, cx + radius * 1.2, cy + radius * 1.2)
    distance = circle(view, cx, cy, radius)
    view.glow(tint, strength * inside(distance, 0.14 * radius) * (0.75 + 0.5 * bell(distance / radius + 0.06, 0.09)))


def ribbed_glass(frame: Frame, rng: np.random.Generator) -> None:
    """Coloured shapes behind fluted glass."""
    rib = 0.105
    phase = np.mod(frame.x, rib) / rib - 0.5
    x = frame.x - phase * 0.46 + 0 * frame.y
    y = frame.y + 0.02 * phase
    frame.paint(mix(rgb(brand.IVORY, 0.98), rgb(brand.SAND, 0.96), smooth(-1.5, 1.5, y + 0.4 * x)))
    tints = [rgb(brand.CLAY, 1.05), rgb(brand.SAGE), rgb(brand.BLUSH), rgb(brand.PINE, 1.35), rgb(brand.GOLD, 1.1)]
    for index in rng.permutation(len(tints)):
        cx, cy = rng.uniform(-0.8, 0.8) * frame.right, rng.uniform(-0.75, 0.75) * frame.bottom
        radius = rng.uniform(0.32, 0.62)
        mask = smooth(radius * 1.15, radius * 0.55, np.hypot(x - cx, y - cy))
        frame.paint(tints[index], mask * 0.92)
    frame.shade(0.94 + 0.10 * np.cos(phase * 2 * np.pi) + 0 * frame.y)
    frame.glow(rgb(brand.WHITE), 0.20 * bell(phase + 0.30, 0.05) + 0.07 * bell(phase - 0.42, 0.04) + 0 * frame.y)


def drops(frame: Frame, rng: np.random.Generator) -> None:
    """Drops of water on a matt plate, macro."""
    height, width = frame.canvas.shape[:2]
    frame.paint(mix(rgb(brand.MIST, 0.98), rgb(brand.SAGE, 0.92), smooth(-1.6, 1.8, frame.x + frame.y)))
    frame.shade(1 + 0.012 * cloud(rng, width, height, 30, 3))
    placed: list[tuple[float, float, float]] = []
    for _ in range(DROPS * 6):
        radius = 0.028 + 0.20 * rng.random() ** 3.2
        cx, cy = rng.uniform(-1.05, 1.05) * frame.right, rng.uniform(-1.05, 1.05) * frame.bottom
        if len(placed) < DROPS and all(np.hypot(cx - a, cy - b) > 1.12 * (radius + r) for a, b, r in placed):
            placed.append((cx, cy, radius))
    for cx, cy, radius in placed:
        _drop(frame, cx, cy, radius)


def _drop(frame: Frame, cx: float, cy: float, radius: float) -> None:
    view = frame.window(cx - radius * 1.9, cy - radius * 1.9, cx + radius * 1.9, cy + radius * 1.9)
    shadow = np.hypot(view.x - cx - 0.22 * radius, view.y - cy - 0.24 * radius) / radius
    view.shade(1 - 0.34 * smooth(1.28, 0.72, shadow))
    nx, ny = (view.x - cx) / radius, (view.y - cy) / radius
    square = nx * nx + ny * ny
    slope = np.sqrt(np.clip(square, 0, 1))
    focus = smooth(-0.9, 1.1, nx + ny)
    body = mix(rgb(brand.MOSS, 0.98), rgb(brand.WHITE, 0.99), 0.22 + 0.72 * focus)
    body = body * (1 - 0.26 * smooth(0.72, 1.0, slope) * smooth(0.9, -0.9, nx + ny))[..., None]
    mask = inside((np.sqrt(square) - 1) * radius, 1.6 * frame.pixel)
    view.paint(body, mask * 0.94)
    spark = np.exp(-np.square((nx + 0.42) / 0.17) - np.square((ny + 0.46) / 0.12))
    view.glow(rgb(brand.WHITE), 1.0 * np.clip(spark * 1.6 - 0.25, 0, 1) * mask)
    view.glow(rgb(brand.WHITE), 0.30 * bell(slope - 0.90, 0.06) * smooth(0.4, 1.3, nx + ny) * mask)
