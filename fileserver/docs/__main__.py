"""`python -m fileserver.docs [FOLDER]`: writes the generated pages, into docs/reference unless told otherwise."""

import sys
from pathlib import Path

from fileserver.docs import PAGES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def main() -> None:
    """Write every page."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else REFERENCE
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
