"""The demo's papers: numbers that the register takes on any day, and a leaflet that the rules find fault with."""

import io
from datetime import date

import pypdfium2
import pytest

from compliance.access import MaterialClass
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import Declared
from compliance.register import Entry, checked
from compliance.ruleset import Matcher, RuleSet
from fileserver.demo.paperwork import PLANTED, enterable, planted_leaflet


@pytest.mark.parametrize("today", [date(2026, 11, 26), date(2027, 1, 3), date(2028, 2, 29), date(2028, 4, 29)])
def test_entries_are_taken_on_any_day(today: date) -> None:
    """Whenever the demo is started its certificates are in force, and one of them ends within the week."""
    ends = []
    for said in enterable(today):
        entry = checked(
            Entry(
                kind=CertificateKind(said["kind"]),
                number=said["number"],
                holder=said["holder"],
                product=said["product"],
                scope=said.get("scope", ""),
                valid_from=date.fromisoformat(said["valid_from"]),
                valid_until=date.fromisoformat(said["valid_until"]) if "valid_until" in said else None,
            )
        )
        assert entry.valid_until is not None
        assert entry.valid_from <= today <= entry.valid_until
        ends.append((entry.valid_until - today).days)
    assert 5 == min(ends)


def test_the_leaflet_says_what_was_planted() -> None:
    """Its phrases stand in it as text, so that they are found without looking at its pictures."""
    document = pypdfium2.PdfDocument(io.BytesIO(planted_leaflet()))
    text = "".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "")
    document.close()
    assert [] == [line for line in PLANTED if line not in text]


def test_every_planted_line_breaks_a_rule() -> None:
    """The rules find fault with each line, and with what the leaflet lacks."""
    matcher, declared = Matcher(RuleSet.default()), Declared(material_class=MaterialClass.PUBLIC_AD)
    hits = matcher.hits("\n".join(PLANTED), declared, today=date(2026, 11, 26))
    assert {"A3", "B1", "B2", "C1", "F1", "G1", "I1", "M3", "N1"} <= {hit.rule for hit in hits}
