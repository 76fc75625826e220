"""Signed notes and checkpoints: the published vectors byte by byte, and nothing else read as one."""

import base64

import pytest

from compliance.notes import (
    Checkpoint,
    NoteMalformed,
    Signer,
    Verifier,
    parse_checkpoint,
    parse_line,
    parse_note,
    parse_skey,
    parse_vkey,
    signed_note,
    vkey,
    with_lines,
)

ORIGIN = "audit.example/share-1"
SEED = bytes(range(32))
WITNESS_PUBLIC = bytes.fromhex("29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7")
ROOT = base64.b64decode("3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=")
NOTE = (
    "audit.example/share-1\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n\n"
    "— audit.example/share-1 WmVpOFM3S6fR4q83wSog8xuv+ivoSfO77oPqlD27KJIloTk7bj/XaurFNoehgicSwc/Ct"
    "wpu/JwN8yTMTRMrAKzorgU=\n"
)
WITNESSED = (
    "— witness.example/w1 IDJKvgAAAABpVbkAzxud3N7e3TuHwlkUlM2WO68XTv44kzchtDy3GgCr6SC/8V0Buy+LqDQB59ls6Zxaa1CShTTJID5M"
    "Kr7qssluDQ==\n"
)
FOREIGN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_keys_in_their_published_forms() -> None:
    """Seed, public key, key id and verifier key belong together as the reference says."""
    signer = Signer(ORIGIN, SEED)
    assert "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8" == signer.public_key.hex()
    assert "audit.example/share-1+5a656938+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4" == signer.vkey
    witness = vkey("witness.example/w1", WITNESS_PUBLIC, b"\x04")
    assert "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X" == witness
    assert "c74f20a3" == parse_vkey(FOREIGN).key_id.hex()


def test_checkpoint_is_signed_as_published() -> None:
    """Text and signature are the bytes of the vector; the cosignature goes behind them."""
    note = signed_note(Checkpoint(ORIGIN, 7, ROOT).text, [Signer(ORIGIN, SEED)])
    assert NOTE == note
    read = parse_note(with_lines(note, [WITNESSED]))
    assert [ORIGIN, "witness.example/w1"] == [signature.name for signature in read.signatures]
    assert Checkpoint(ORIGIN, 7, ROOT) == parse_checkpoint(read.text)
    assert parse_vkey(Signer(ORIGIN, SEED).vkey).signed(read)


def test_signer_form_comes_back() -> None:
    """The secret form of Go's note package is written and read; a repr never shows it."""
    for number in range(32):
        signer = Signer(ORIGIN, bytes([number]) * 32)
        assert signer.public_key == parse_skey(signer.skey).public_key
        assert signer.public_key == parse_vkey(signer.vkey).public_key
        assert "PRIVATE" not in repr(signer)


def test_two_signers_sign_side_by_side() -> None:
    """While a key is being replaced each verifies by itself; another key of the same name doesn't."""
    old, new = Signer(ORIGIN, SEED), Signer(ORIGIN, bytes(32))
    read = parse_note(signed_note("text\n", [new, old]))
    assert all(Verifier(ORIGIN, signer.public_key).signed(read) for signer in (old, new))
    assert not Verifier(ORIGIN, Signer(ORIGIN, b"x" * 32).public_key).signed(read)
    assert not Verifier("other", old.public_key).signed(read)


@pytest.mark.parametrize("at", range(0, NOTE.index("\n\n"), 3))
def test_changed_text_is_not_signed(at: int) -> None:
    """Any other character, and the signature is not true."""
    changed = NOTE[:at] + ("x" if NOTE[at] != "x" else "y") + NOTE[at + 1 :]
    assert not parse_vkey(Signer(ORIGIN, SEED).vkey).signed(parse_note(changed))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        NOTE.removesuffix("\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("\n\n", "\n"),
        NOTE + "\n",
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("gU=", "gV="),
        NOTE.replace("share-1 Wm", "share-1  Wm"),
        NOTE.replace("share-1 Wm", "share+1 Wm"),
        "text\n\n— name AAAA\n",
        "text\n\n" + "— name AAAAAAA=\n" * 65,
    ],
)
def test_what_is_no_note(note: str) -> None:
    """One form, and nothing beside it."""
    with pytest.raises(NoteMalformed):
        parse_note(note)


@pytest.mark.parametrize(
    "text",
    [
        "origin\n7\n",
        "origin\n07\nAAAA\n",
        "origin\n-7\nAAAA\n",
        "origin\n٧\n" + "A" * 43 + "=\n",
        "\n7\n" + "A" * 43 + "=\n",
        "origin\n7\nAAAA\n",
        "origin\n7\n" + "A" * 43 + "\n",
        f"origin\n{2**63}\n" + "A" * 43 + "=\n",
        "origin\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    """Origin, decimal size, root of 32 bytes."""
    with pytest.raises(NoteMalformed):
        parse_checkpoint(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "x" * 256])
def test_names_that_no_key_may_have(name: str) -> None:
    """A name with a space or a plus could be read as something else."""
    with pytest.raises(NoteMalformed):
        Signer(name, SEED)


def test_keys_of_another_kind_or_id_are_refused() -> None:
    """A witness's key is none for notes; an id that is not the key's is a mistake."""
    good = Signer(ORIGIN, SEED)
    for bad in (vkey(ORIGIN, good.public_key, b"\x04"), good.vkey.replace("5a65", "5a66"), "x", good.vkey[:-4]):
        with pytest.raises(NoteMalformed):
            parse_vkey(bad)
    for bad in (good.vkey, good.skey.replace("5a65", "5a66"), good.skey[1:], ""):
        with pytest.raises(NoteMalformed):
            parse_skey(bad)
    with pytest.raises(NoteMalformed):
        parse_line("— name")
