"""Cosignatures as the log reads them: the agreed vector passes, and nothing that differs from it."""

import pytest

from compliance.notes import NoteMalformed
from compliance.outside.cosignatures import parse_witness_key

VKEY = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
LOG_VKEY = "audit.example/share-1+5a656938+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
TEXT = "audit.example/share-1\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n"
LINE = (
    "— witness.example/w1 "
    "IDJKvgAAAABpVbkAzxud3N7e3TuHwlkUlM2WO68XTv44kzchtDy3GgCr6SC/8V0Buy+LqDQB59ls6Zxaa1CShTTJID5MKr7qssluDQ==\n"
)
OTHER = LINE.replace("witness.example/w1", "witness.example/w2")


@pytest.mark.parametrize("answer", [LINE, OTHER + LINE, "rubbish\n" + LINE + "— x\n", LINE + OTHER])
def test_the_line_of_the_key_is_found(answer: str) -> None:
    """Among lines by others, and lines that are none; with the time that it was made at."""
    found = parse_witness_key(VKEY).cosignature_in(answer, TEXT)

    assert found is not None
    assert (LINE, 1_767_225_600) == (found[0], int(found[1].timestamp()))


def test_every_changed_character_counts() -> None:
    """Neither another line, nor another checkpoint, is cosigned."""
    key = parse_witness_key(VKEY)
    for at in range(len(LINE) - 1):
        changed = LINE[:at] + ("A" if LINE[at] != "A" else "B") + LINE[at + 1 :]
        assert key.cosignature_in(changed, TEXT) is None, at
    for at in range(len(TEXT)):
        assert key.cosignature_in(LINE, TEXT[:at] + "A" + TEXT[at + 1 :]) is None or TEXT[at] == "A", at


@pytest.mark.parametrize(
    "text",
    ["", "w", "a+b+c", LOG_VKEY, VKEY[:-4], VKEY.replace("20324abe", "20324abf"), VKEY.replace("w1", "w2"), VKEY + "A"],
)
def test_what_is_no_witness_s_key_is_refused(text: str) -> None:
    """A log's key, a key cut short, an id that is another's."""
    with pytest.raises(NoteMalformed):
        parse_witness_key(text)


def test_the_key_has_its_one_form() -> None:
    """What is read is what is written."""
    assert VKEY == parse_witness_key(VKEY).vkey
