"""`python -m tests.compiled`: has the code compiled that the confined processes import; `make test` calls it first.

They write nothing, not even byte code (-B), so where nobody else imports a module each of them compiles it again: about
half a second for each of the hundred that the tests start, twice that where text is read. Packages are installed as
source (requirements/install), and not all of them are needed.
"""

from importlib import import_module

from compliance.detecting.registry import OF_FILES

PROGRAMS = (
    "compliance.detecting.worker",
    "compliance.reading.extractor",
    "compliance.reading.filming",
    "compliance.reading.looker",
    "watermark.office.convert",
    "watermark.sealer",
    "watermark.tracer",
    "watermark.worker",
)
IMPORTED_LATE = ("magika", "oletools.olevba", "onnxruntime", "rapidocr")  # by them, when they are needed


def main() -> None:
    """Imports it all, and forgets it."""
    for name in (*PROGRAMS, *OF_FILES.values(), *IMPORTED_LATE):
        import_module(name)


if __name__ == "__main__":
    main()
