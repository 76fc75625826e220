"""A photograph-like scene and a printed page, drawn the same each time."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

WORDS = (
    "consultation",
    "laser",
    "before",
    "after",
    "therapy",
    "clinic",
    "dose",
    "skin",
    "review",
    "result",
    "approved",
)


def scene(width: int = 960, height: int = 720, seed: int = 1) -> Pixels:
    """Soft shades, hard-edged shapes and grain."""
    rng = np.random.default_rng(seed)
    shades = cv2.resize(
        rng.uniform(40, 210, (6, 8, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    for _ in range(60):
        at, size = rng.integers(0, (width, height)), int(rng.integers(8, 70))
        colour = rng.uniform(0, 255, 3).tolist()
        if rng.random() < 0.5:
            cv2.circle(shades, at.tolist(), size, colour, -1)
        else:
            cv2.rectangle(shades, at.tolist(), (at + np.array([size, size * 2 // 3])).tolist(), colour, -1)
    grain = rng.normal(0, 5, shades.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(shades, (0, 0), 0.8) + grain, 0, 255), np.uint8)


def page(width: int = 900, height: int = 1270, seed: int = 1) -> Pixels:
    """Black lines of words on white paper, and one grey box."""
    rng = np.random.default_rng(seed)
    paper = np.full((height, width, 3), 255, np.uint8)
    cv2.rectangle(paper, (width // 2, height // 2), (width - 80, height * 2 // 3), (205, 215, 225), -1)
    for row in range(90, height - 80, 34):
        if row % 7:
            line = " ".join(rng.choice(WORDS, 6))
            cv2.putText(paper, line, (70, row), cv2.FONT_HERSHEY_SIMPLEX, 0.62, (20, 20, 20), 1, cv2.LINE_AA)
    return paper


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Compressed and decoded again."""
    _, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1])
