"""A page as a test looks at it: its elements, what each is labelled by, and where it leads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

CONTROLS = frozenset({"input", "select", "textarea"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
LEADING = ("href", "src", "action", "data-api", "data-next", "data-one", "data-many", "data-makes", "data-live")
PLACEHOLDER_ID = "00000000-0000-4000-8000-000000000000"


@dataclass
class Element:
    """One element, its attributes and the elements around it, from the inside out."""

    tag: str
    attributes: dict[str, str]
    around: list["Element"] = field(default_factory=list)
    text: str = ""


class Page(HTMLParser):
    """The elements of one page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open[::-1])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Called by the parser."""
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Called by the parser."""
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """Every element of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def inline_code(self) -> list[str]:
        """What the Content-Security-Policy would refuse: styles and handlers in attributes, code between tags."""
        found = [f"<{each.tag}>" for each in self.all("style")]
        for each in self.elements:
            found += [f"<{each.tag} {name}>" for name in each.attributes if name == "style" or name.startswith("on")]
            data = each.attributes.get("type") == "application/json"
            if each.tag == "script" and "src" not in each.attributes and not data:
                found.append("<script>")
        return found

    def unlabelled(self) -> list[str]:
        """Form controls without a label that says what they are for."""
        named = {each.attributes["for"] for each in self.all("label") if "for" in each.attributes and each.text.strip()}
        return [str(each.attributes) for each in self.all(*CONTROLS) if not _labelled(each, named)]

    def broken_references(self) -> list[str]:
        """Ids that are used twice, or that another element names although nothing has them."""
        ids = [each.attributes["id"] for each in self.elements if "id" in each.attributes]
        named = {
            name
            for each in self.elements
            for attribute in ("for", "aria-labelledby", "aria-describedby")
            for name in each.attributes.get(attribute, "").split()
        }
        return [each for each in set(ids) if ids.count(each) > 1] + sorted(named - set(ids))

    def paths(self) -> Iterator[str]:
        """Where the page leads on this server, ids of answers filled in, without queries."""
        for each in self.elements:
            for name in LEADING:
                target = each.attributes.get(name, "").partition("#")[0].partition("?")[0]
                if target.startswith("/"):
                    yield target.replace("{id}", PLACEHOLDER_ID)


def _labelled(control: Element, named: set[str]) -> bool:
    attributes = control.attributes
    if attributes.get("type") == "hidden" or "aria-label" in attributes or "aria-labelledby" in attributes:
        return True
    if attributes.get("id") in named:
        return True
    return any(each.tag == "label" and each.text.strip() for each in control.around)


def goes_on(text: str) -> str | None:
    """Where the list of a page goes on."""
    links = [each for each in Page(text).all("a") if each.around[0].attributes.get("class") == "more"]
    return links[0].attributes["href"].partition("#")[0] if links else None
