"""Markdown, as far as the reference needs it."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by `make docs`; changes here are lost. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page: blocks are separated by empty lines."""
    return "\n\n".join([f"# {title}", NOTE, *(block for block in blocks if block)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold inline Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def code(text: str) -> str:
    """Something to be typed or read exactly; empty text stays empty."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Several of them, in the order given."""
    return ", ".join(code(each) for each in texts)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
