"""A program that reads Chinese and Latin, for tests that ask whether people could.

It is given one line at a time, whose place the tests know: looking for lines takes ten times as long as reading them,
and says nothing of the letters. One thread, for the tests beside it use the other processor.
"""

import io
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from PIL import Image

from watermark.encoding import encode

SEEN_HEIGHT_PX = 32  # what people would still read


def read_line(line: Image.Image) -> str:
    """What can be read of a picture of one line, small and through the JPEG that is sent; without spaces."""
    seen = line.convert("RGB")
    seen.thumbnail((seen.width, SEEN_HEIGHT_PX), Image.Resampling.LANCZOS)
    pixels = np.asarray(Image.open(io.BytesIO(encode(seen, "image/jpeg"))))
    found = _reader()(pixels, use_det=False, use_cls=False, use_rec=True)
    return "".join(found.txts or ()).replace(" ", "").replace("\u3000", "")


@cache
def _reader() -> Any:
    """Imported by whoever reads, not by each process that only collects the tests: that takes a second."""
    return import_module("rapidocr").RapidOCR(
        params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1}
    )
