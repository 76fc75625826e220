"""The published and agreed bytes: keys, cosignatures and checkpoints have one form."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from compliance.verifying.keys import parse_vkey
from compliance.verifying.notes import parse_note
from fileserver.witness.keys import WitnessKey
from tests.trees import Log

SEED = bytes(range(0x20, 0x40))
VKEY = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
LOG_VKEY = "audit.example/share-1+5a656938+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
NOTE = """audit.example/share-1
7
3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=

— audit.example/share-1 WmVpOFM3S6fR4q83wSog8xuv+ivoSfO77oPqlD27KJIloTk7bj/XaurFNoehgicSwc/Ctwpu/JwN8yTMTRMrAKzorgU=
"""
COSIGNATURE = (
    "— witness.example/w1 "
    "IDJKvgAAAABpVbkAzxud3N7e3TuHwlkUlM2WO68XTv44kzchtDy3GgCr6SC/8V0Buy+LqDQB59ls6Zxaa1CShTTJID5MKr7qssluDQ==\n"
)
TIME_S = 1_767_225_600


def test_the_key_has_its_one_form() -> None:
    """Name, key id and kind 0x04, as other people's software writes them."""
    assert VKEY == WitnessKey("witness.example/w1", SEED).vkey


def test_the_kept_key_is_read_again() -> None:
    """What the folder holds makes the same key, and its repr holds no secret."""
    key = WitnessKey("witness.example/w1", SEED)

    assert VKEY == WitnessKey.parse(key.secret).vkey
    assert base64.b64encode(SEED).decode()[2:] not in repr(key)


def test_the_cosignature_is_the_agreed_one() -> None:
    """The bytes that independent software made of the same key, time and checkpoint."""
    text = parse_note(NOTE.encode()).text

    assert COSIGNATURE == WitnessKey("witness.example/w1", SEED).cosign(text, TIME_S)


def test_the_cosignature_is_over_time_and_text() -> None:
    """Ed25519 over the header line, the time line and the checkpoint's three lines: computed by hand."""
    line = base64.b64decode(COSIGNATURE.split(" ")[2])
    message = b"cosignature/v1\ntime 1767225600\n" + NOTE.partition("\n\n")[0].encode() + b"\n"

    Ed25519PublicKey.from_public_bytes(parse_vkey(VKEY).public).verify(line[12:], message)
    assert TIME_S == int.from_bytes(line[4:12], "big")


def test_the_log_of_the_tests_is_the_agreed_one() -> None:
    """The trees and notes that these tests make are those of the vectors."""
    log = Log([bytes.fromhex(leaf) for leaf in LEAVES])

    assert (LOG_VKEY, NOTE) == (log.vkey, log.checkpoint(7))
    assert [
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
    ] == [base64.b64decode(each).hex() for each in log.proof(3, 7)]
