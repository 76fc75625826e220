"""Lit solids that stand in a scene: spheres, discs, cylinders, leaves, and the shadows they cast.

Promises one light for all of them: a large soft source from the upper left, a weak bounce from below. `soft` is the
blur of an edge; a solid out of focus is drawn with a greater one.
"""

import numpy as np

from fileserver.demo.materials.studio.frame import Frame, Plane, bell, circle, inside, smooth

LIGHT = (-0.52, -0.62, 0.59)


def sphere(frame: Frame, cx: float, cy: float, radius: float, colour: Plane, soft: float, gloss: float = 0.12) -> None:
    """A matt ball with a broad highlight, a bounce from below and a darker rim on the far side."""
    reach = radius + 2 * soft
    view = frame.window(cx - reach, cy - reach, cx + reach, cy + reach)
    nx, ny = (view.x - cx) / radius, (view.y - cy) / radius
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0, 1))
    facing = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]
    light = 0.46 + 0.58 * smooth(-0.75, 1.0, facing) + 0.10 * np.clip(ny, 0, 1) * (1 - nz)
    body = colour * light[..., None]
    body += (gloss * smooth(0.82, 1.0, facing))[..., None]
    view.paint(body, inside(circle(view, cx, cy, radius), soft))


def cylinder(frame: Frame, cx: float, top: float, half_width: float, height: float, colour: Plane, soft: float) -> None:
    """A plinth: a shaded side, an elliptic top a little brighter, a rounded foot."""
    tilt = 0.20 * half_width
    view = frame.window(cx - half_width - soft, top - tilt - soft, cx + half_width + soft, top + height + tilt + soft)
    t = (view.x - cx) / half_width
    bow = tilt * np.sqrt(np.clip(1 - t * t, 0, 1))
    side = inside(np.abs(view.x - cx) - half_width, soft) * inside(top - view.y, soft)
    side = side * inside(view.y - top - height - bow, soft)
    light = 0.66 + 0.34 * np.exp(-np.square((t + 0.55) / 0.95)) - 0.07 * smooth(0.55, 1.0, np.abs(t))
    light = light * (1 - 0.16 * smooth(0.25, 1.0, (view.y - top) / height))
    view.paint(colour * light[..., None], side)
    lid = np.hypot((view.x - cx) / half_width, (view.y - top) / tilt) - 1
    glow = 1.02 - 0.10 * t - 0.04 * (view.y - top) / tilt
    view.paint(colour * glow[..., None], inside(lid * tilt, soft))


def cast(frame: Frame, cx: float, cy: float, length: float, width: float, strength: float = 0.45) -> None:
    """The shadow of a thing standing at (cx, cy): a dark contact and a long soft throw to the right."""
    along = (frame.x - cx) / length
    across = (frame.y - cy - 0.10 * (frame.x - cx)) / (width * (0.55 + 0.75 * np.clip(along, 0, 1)))
    throw = np.exp(-np.square(across)) * smooth(-0.16, 0.06, along) * smooth(1.0, 0.1, along)
    contact = np.exp(-np.square((frame.x - cx) / (0.34 * length)) - np.square((frame.y - cy) / (0.6 * width)))
    frame.shade(1 - strength * np.maximum(throw, 0.8 * contact))


def leaf_shadow(x: Plane, y: Plane, angle: float, length: float, soft: float) -> Plane:
    """How much a leaf hides the light: a pointed ellipse from the origin outwards."""
    u = x * np.cos(angle) + y * np.sin(angle)
    v = -x * np.sin(angle) + y * np.cos(angle)
    t = np.clip(u / length, 0, 1)
    edge = np.abs(v) - 0.24 * length * np.sqrt(t) * (1 - t) * 1.9
    return inside(edge, soft) * smooth(-soft, soft, u) * smooth(length + soft, length - soft, u)


def branch_shadow(frame: Frame, rng: np.random.Generator, x0: float, y0: float, lean: float, size: float) -> Plane:
    """A stem with leaves in pairs, blurred more towards its tip; (h, w), 0 to 1."""
    shade = np.zeros(frame.canvas.shape[:2], np.float32)
    for step in range(9):
        t = step / 8
        x, y = x0 + lean * size * t * t, y0 - size * t
        for side in (-1, 1):
            angle = -np.pi / 2 + side * (0.95 - 0.45 * t) + lean * t + rng.uniform(-0.18, 0.18)
            length = size * (0.40 - 0.17 * t) * rng.uniform(0.85, 1.15)
            view = frame.window(x - length, y - length, x + length, y + length)
            rows, columns = _place(frame, view)
            part = leaf_shadow(view.x - x, view.y - y, angle, length, 0.02 + 0.05 * t)
            shade[rows, columns] = np.maximum(shade[rows, columns], part)
    return shade


def _place(frame: Frame, view: Frame) -> tuple[slice, slice]:
    row = int(np.searchsorted(frame.y[:, 0], view.y[0, 0])) if view.y.size else 0
    column = int(np.searchsorted(frame.x[0], view.x[0, 0])) if view.x.size else 0
    return slice(row, row + view.y.size), slice(column, column + view.x.size)


def horizon(frame: Frame, level: float, wall: Plane, table: Plane, soft: float) -> None:
    """A backdrop and a surface that meet in a soft line, each with its own gradient."""
    down = (frame.y - level) / (frame.bottom - level)
    side = frame.x / frame.right
    back = wall * (1.0 - 0.10 * side - 0.10 * np.clip(-frame.y, 0, 2))[..., None]
    front = table * (0.88 + 0.16 * np.clip(down, 0, 1) - 0.08 * side)[..., None]
    frame.paint(back)
    frame.paint(front, inside(level - frame.y, soft) * np.ones_like(frame.x))
    frame.shade(1 - 0.10 * bell(frame.y - level, 0.18) * np.ones_like(frame.x))
