"""Still lifes: glass vials, laboratory dishes from above, balanced stones.

Promises scenes (see `darkroom.Scene`). A vial out of focus is the same vial with softer edges; there is no second pass.
"""

from dataclasses import dataclass

import numpy as np

from fileserver.demo.materials import brand
from fileserver.demo.materials.studio import forms
from fileserver.demo.materials.studio.frame import Frame, Plane, bell, circle, inside, mix, rgb, smooth
from fileserver.demo.materials.studio.labels import SIZE, label
from fileserver.demo.materials.studio.noise import cloud


@dataclass(frozen=True)
class Vial:
    """One bottle: where its foot stands, how tall it is, what it holds and how far out of focus it is."""

    cx: float
    foot: float
    height: float
    tint: Plane
    series: str = ""
    blur: float = 0.0


def vials(frame: Frame, rng: np.random.Generator) -> None:
    """Three vials in focus on a stone table, others behind them out of focus."""
    level = 0.34 * frame.bottom
    forms.horizon(frame, level, rgb(brand.MIST, 0.95), rgb(brand.IVORY, 0.93), 0.05)
    frame.glow(rgb(brand.BLUSH, 0.20), np.exp(-np.square((frame.x + 0.6) / 0.9) - np.square((frame.y + 0.5) / 0.7)))
    for cx in np.arange(-1.3, 1.4, 0.52) * frame.right * 0.8:
        height = rng.uniform(0.55, 0.75)
        tint = rgb(brand.SKIN) if rng.random() < 0.5 else rgb(brand.SAGE)
        _stand(frame, Vial(cx + rng.uniform(-0.1, 0.1), level + 0.10, height, tint, blur=0.07))
    foot = level + 0.52
    tints = (rgb(brand.SAGE, 1.02), rgb(brand.SKIN, 1.06), rgb(brand.GOLD, 1.1))
    for index, series in enumerate(("I", "II", "III")):
        cx = (index - 1) * 0.62
        height = (1.10, 1.34, 1.10)[index]
        _stand(frame, Vial(cx, foot + (0.0, 0.10, 0.0)[index], height, tints[index], series))


def single_vial(frame: Frame, rng: np.random.Generator) -> None:
    """One vial, a ball and a plinth in a raking light, with room above for type."""
    level = 0.44 * frame.bottom
    forms.horizon(frame, level, rgb(brand.SAND, 0.88), rgb(brand.SAND, 0.96), 0.02)
    beam = smooth(0.5, -0.4, np.abs(frame.x + 0.55 * frame.y + 0.1)) * 0.16
    frame.glow(np.asarray((1.0, 0.86, 0.66), np.float32), beam)
    side = 0.44 if rng.random() < 0.5 else -0.44
    forms.cast(frame, side, level + 0.34, 0.9, 0.10)
    forms.sphere(frame, side, level + 0.14, 0.22, rgb(brand.CLAY), 2 * frame.pixel)
    forms.cast(frame, -side, level + 0.20, 0.9, 0.08)
    forms.cylinder(frame, -side, level - 0.06, 0.20, 0.26, rgb(brand.IVORY, 0.96), 2 * frame.pixel)
    _stand(frame, Vial(0.0, level + 0.40, 1.24, rgb(brand.SKIN, 1.05), "II"))


def _stand(frame: Frame, vial: Vial) -> None:
    radius = 0.20 * vial.height
    forms.cast(frame, vial.cx, vial.foot - 0.02, 4.2 * radius, 0.42 * radius + vial.blur, 0.34)
    caustic = np.exp(-np.square((frame.x - vial.cx - 1.7 * radius) / (1.2 * radius)))
    caustic = caustic * np.exp(-np.square((frame.y - vial.foot - 0.16 * radius) / (0.20 * radius + vial.blur)))
    frame.glow(vial.tint, 0.16 * caustic)
    reach = 1.3 * radius + 2 * vial.blur
    view = frame.window(
        vial.cx - reach, vial.foot - vial.height - 2 * vial.blur, vial.cx + reach, vial.foot + 0.25 * radius + vial.blur
    )
    if view.canvas.size:
        _draw(view, vial, radius, 1.6 * frame.pixel + vial.blur)


def _profile(down: Plane, radius: float) -> Plane:
    """Half the width of the bottle at a share of its height from the top: cap, neck, shoulder, body, foot."""
    neck = 0.52 * radius
    shoulder = neck + (radius - neck) * smooth(0.21, 0.36, down)
    body: Plane = np.where(down < 0.16, 0.60 * radius, shoulder)
    rounded: Plane = body * (1 - 0.07 * smooth(0.94, 1.0, down)) * (1 - 0.10 * smooth(0.022, 0.0, down))
    return rounded


def _draw(view: Frame, vial: Vial, radius: float, soft: float) -> None:
    t_full = (view.x - vial.cx) / radius
    foot = vial.foot + 0.14 * radius * np.sqrt(np.clip(1 - t_full * t_full, 0, 1))
    down = (view.y - vial.foot + vial.height) / vial.height
    half = _profile(down, radius)
    mask = inside(np.abs(view.x - vial.cx) - half, soft) * inside(view.y - foot, soft)
    mask = mask * inside(vial.foot - vial.height - view.y, soft)
    t = np.clip((view.x - vial.cx) / half, -1, 1)
    _glass(view, vial, t, down, mask, 0.05 + vial.blur)
    if vial.series:
        _label(view, vial.series, t, down, mask)
    cap = inside(down - 0.155 - 0.016 * np.sqrt(1 - t * t), soft / vial.height) * mask
    metal = 0.62 + 0.30 * bell(t + 0.45, 0.22) + 0.16 * bell(t - 0.55, 0.12) - 0.22 * smooth(0.7, 1.0, np.abs(t))
    metal = metal - 0.16 * bell(down - 0.085, 0.012 + vial.blur)
    view.paint(mix(rgb(brand.GOLD, 0.75), rgb(brand.IVORY), np.clip(metal, 0, 1)), cap)


def _glass(view: Frame, vial: Vial, t: Plane, down: Plane, mask: Plane, soft: float) -> None:
    level = 0.46
    liquid = smooth(level - 0.5 * soft, level + 0.5 * soft, down + 0.012 * np.sqrt(1 - t * t))
    edge = smooth(0.62, 1.0, np.abs(t))
    empty = mix(rgb(brand.WHITE, 0.97), rgb(brand.MOSS, 1.05), 0.16 + 0.62 * edge * edge)
    through = 0.86 + 0.26 * t + 0.14 * (down - 0.5)
    full = vial.tint * (through * (1 - 0.46 * edge * edge))[..., None]
    body = mix(empty, full, liquid)
    view.paint(body, mask * (0.66 + 0.28 * np.maximum(liquid, edge)))
    view.glow(rgb(brand.WHITE), 0.22 * bell(down - level, 0.008 + 0.3 * soft * 0.1) * mask * (1 - edge))
    strip = bell(t + 0.60, 0.08 + soft) * 0.55 + bell(t - 0.80, 0.04 + soft) * 0.30
    view.glow(rgb(brand.WHITE), strip * mask * smooth(0.20, 0.40, down) * smooth(1.0, 0.9, down))
    view.shade(1 - 0.20 * smooth(0.93, 1.0, down) * mask)


def _label(view: Frame, series: str, t: Plane, down: Plane, mask: Plane) -> None:
    top, foot = 0.52, 0.86
    bow = 0.018 * np.sqrt(1 - t * t)
    v = (down - bow - top) / (foot - top)
    u = 0.5 + np.arcsin(t) / np.pi * 1.12
    area = inside((np.abs(v - 0.5) - 0.5) * (foot - top), 0.006) * mask * inside(np.abs(u - 0.5) - 0.50, 0.01)
    shade = 0.78 + 0.24 * np.exp(-np.square((t + 0.45) / 0.6)) - 0.14 * smooth(0.5, 1.0, t)
    print_ = label(series)
    rows = np.clip(v * SIZE[1], 0, SIZE[1] - 1).astype(np.int32)
    columns = np.clip(u * SIZE[0], 0, SIZE[0] - 1).astype(np.int32)
    view.paint(mix(rgb(brand.IVORY), rgb(brand.PINE), print_[rows, columns]) * shade[..., None], area)


def dishes(frame: Frame, rng: np.random.Generator) -> None:
    """Glass dishes with tinted liquids from above, long shadows."""
    height, width = frame.canvas.shape[:2]
    frame.paint(mix(rgb(brand.IVORY, 0.99), rgb(brand.BLUSH, 0.95), smooth(-1.8, 1.9, frame.x + frame.y)))
    frame.shade(1 + 0.012 * cloud(rng, width, height, 24, 3))
    tints = (rgb(brand.SKIN, 1.04), rgb(brand.SAGE, 1.02), rgb(brand.GOLD, 1.1), rgb(brand.CLAY, 1.1), rgb(brand.MIST))
    placed: list[tuple[float, float, float]] = []
    for _ in range(240):
        radius = rng.uniform(0.16, 0.46)
        cx, cy = rng.uniform(-1.0, 1.0) * frame.right, rng.uniform(-1.0, 1.0) * frame.bottom
        if all(np.hypot(cx - a, cy - b) > radius + r + 0.08 for a, b, r in placed):
            placed.append((cx, cy, radius))
    for index, (cx, cy, radius) in enumerate(placed):
        _dish(frame, cx, cy, radius, tints[index % len(tints)])


def _dish(frame: Frame, cx: float, cy: float, radius: float, tint: Plane) -> None:
    view = frame.window(cx - 1.2 * radius, cy - 1.2 * radius, cx + 1.7 * radius, cy + 1.7 * radius)
    shadow = np.hypot(view.x - cx - 0.15, view.y - cy - 0.13) - radius
    view.shade(1 - 0.22 * smooth(0.09, -0.07, shadow))
    view.glow(tint, 0.10 * bell(shadow + 0.06, 0.03))
    distance = circle(view, cx, cy, radius)
    soft = 1.6 * frame.pixel
    turn = ((view.x - cx) + (view.y - cy)) / radius
    view.paint(rgb(brand.WHITE, 0.98), 0.45 * inside(distance, soft))
    liquid = tint * (0.93 + 0.07 * turn)[..., None]
    view.paint(liquid, 0.86 * inside(distance + 0.10 * radius, 2 * soft))
    rim = bell(distance + 0.02, 0.012) * (0.55 - 0.35 * turn)
    view.glow(rgb(brand.WHITE), np.clip(rim, 0, 1) * 0.6)
    view.shade(1 - 0.22 * bell(distance + 0.05 + 0.02 * radius, 0.010) - 0.10 * bell(distance, 0.007))
    arc = bell(distance + 0.20 * radius, 0.03 * radius) * smooth(-0.9, -1.35, turn)
    view.glow(rgb(brand.WHITE), 0.75 * arc)


def stones(frame: Frame, rng: np.random.Generator) -> None:
    """Balls of clay, ivory and sage on a plinth, in a quiet order."""
    level = 0.50 * frame.bottom
    forms.horizon(frame, level, rgb(brand.SAGE, 1.06), rgb(brand.SAGE, 1.12), 0.03)
    frame.glow(rgb(brand.IVORY, 0.22), np.exp(-np.square((frame.x + 0.5) / 0.8) - np.square((frame.y + 0.4) / 0.9)))
    soft = 1.6 * frame.pixel
    forms.cast(frame, 0.0, level + 0.36, 1.5, 0.14)
    forms.cylinder(frame, -0.02, level + 0.02, 0.58, 0.32, rgb(brand.IVORY, 0.92), soft)
    forms.sphere(frame, -0.10, level - 0.24, 0.30, rgb(brand.BLUSH, 1.0), soft)
    forms.sphere(frame, 0.30, level - 0.12, 0.17, rgb(brand.PINE, 1.25), soft)
    forms.sphere(frame, -0.04, level - 0.71, 0.18, rgb(brand.CLAY, 1.02), soft)
    forms.sphere(frame, -0.05, level - 0.98, 0.095, rgb(brand.IVORY, 1.0), soft)
    cx = (0.86 if rng.random() < 0.5 else 0.92) * min(frame.right, 1.2)
    forms.cast(frame, cx, level + 0.62, 0.8, 0.08)
    forms.sphere(frame, cx, level + 0.48, 0.16, rgb(brand.GOLD, 1.05), soft)
