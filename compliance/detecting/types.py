"""Is a file what its name says: libmagic, magika and its own structure must agree with the extension.

Promises: nothing passes that one of the three takes for something else, that goes on behind its end, that is also an
archive, or whose kind is not in `kinds`. Leaves what is active in a file of the right type to the other detectors.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from compliance.detecting.kinds import UNDECIDED, Kind, kind_of
from compliance.detecting.model import Found, Subject
from compliance.detecting.structures import holds_archive, structure_of

if TYPE_CHECKING:
    import magic
    from magika import Magika

NAME = "file-type"
MAGIC_BYTES = 1 << 20  # that libmagic looks at
MAGIKA_SURE = 0.9
MISMATCH, NOT_ACCEPTED, EMPTY, BROKEN, APPENDED, TWO_IN_ONE = (
    "type-mismatch",
    "type-not-accepted",
    "file-empty",
    "structure-broken",
    "appended-data",
    "archive-inside",
)
RULES = frozenset({MISMATCH, NOT_ACCEPTED, EMPTY, BROKEN, APPENDED, TWO_IN_ONE})
_ARCHIVES = frozenset({"zip"})


class FileType:
    """The detector."""

    name = NAME
    version = "1"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says."""
        extension = extension_of(subject.filename)
        kind = kind_of(extension)
        if not subject.size_bytes:
            yield _found(EMPTY)
        elif kind is None:
            yield _found(NOT_ACCEPTED, extension=extension or "-")
        else:
            yield from _disagreements(subject, extension, kind)


DETECTOR = FileType()


def extension_of(filename: str) -> str:
    """What stands behind the last dot, in lower case."""
    stem, dot, extension = filename.rpartition(".")
    return extension.lower() if dot and stem else ""


def _disagreements(subject: Subject, extension: str, kind: Kind) -> Iterator[Found]:
    for by, said in _said(subject, kind):
        yield _found(MISMATCH, extension=extension, said=said, by=by)
    structure = structure_of(kind.structure, subject.content, subject.tail or subject.content, subject.size_bytes)
    if structure.broken:
        yield _found(BROKEN, extension=extension)
    if structure.appended:
        yield _found(APPENDED, bytes=structure.appended)
    if kind.structure not in _ARCHIVES and holds_archive(subject.tail or subject.content, subject.size_bytes):
        yield _found(TWO_IN_ONE, extension=extension)


def _said(subject: Subject, kind: Kind) -> Iterator[tuple[str, str]]:
    """Who calls it what, of those that don't agree."""
    said = libmagic().from_buffer(subject.content[:MAGIC_BYTES])
    if said not in kind.magic:
        yield "libmagic", said
    guess = _magika().identify_bytes(subject.content)
    label = str(guess.output.label)
    if label not in kind.magika and label not in UNDECIDED and guess.score >= MAGIKA_SURE:
        yield "magika", label


def _found(rule: str, **params: str | int) -> Found:
    return Found(detector=NAME, rule=rule, severity="block", params=params, hard=True)


@cache
def libmagic() -> "magic.Magic":
    """Loaded when first asked."""
    import pylibmagic  # noqa: F401, PLC0415  # first: it brings the library and its table, which python-magic looks for

    # isort: split
    import magic  # noqa: PLC0415  # heavy

    return magic.Magic(mime=True)


@cache
def _magika() -> "Magika":
    """Its model is in the wheel. One thread: a confined process may start no other."""
    import onnxruntime  # noqa: PLC0415  # heavy
    from magika import Magika  # noqa: PLC0415  # heavy

    class OneThread(Magika):
        def _init_onnx_session(self) -> onnxruntime.InferenceSession:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            onnxruntime.disable_telemetry_events()
            return onnxruntime.InferenceSession(self._model_path, options, providers=["CPUExecutionProvider"])

    return OneThread()
