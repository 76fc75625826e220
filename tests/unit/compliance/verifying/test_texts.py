"""Parsers of what an auditor gets: notes, checkpoints, receipts, keys, policies."""

import random

import pytest

from compliance.verifying import Malformed, parse_checkpoint, parse_policy, parse_receipt, parse_vkey
from compliance.verifying.errors import NotVouchedFor
from compliance.verifying.layout import edge, tile_path
from compliance.verifying.notes import SIGNATURES_MAX, Note, parse_note
from tests.ledgers import COSIGNER, LOG, Signer, checkpoint, policy
from tests.proofs.texts import accepted

ROOT = bytes(32)
HEAD = checkpoint(5, ROOT).decode()
W2 = Signer("witness.example/w2", bytes(range(64, 96)), 4)
W3 = Signer("witness.example/w3", bytes(range(96, 128)), 4)
THREE = f"log {LOG.vkey}\nwitness a {COSIGNER.vkey}\nwitness b {W2.vkey}\nwitness c {W3.vkey} https://w3.example/\n"


def _note(*signers: Signer) -> Note:
    return parse_note(checkpoint(5, ROOT, *signers))


def test_no_mutant_is_accepted() -> None:
    """Of 20,000 broken notes and receipts none says something else and is accepted, and none is more than malformed."""
    assert [] == list(accepted(20_000, random.Random(3)))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD.replace("\n5\n", "\n05\n"), 2),
        (HEAD.replace("\n5\n", "\n-5\n"), 2),
        (HEAD.replace("\n5\n", "\n5 \n"), 2),
        (HEAD.replace("\n5\n", "\n٥\n"), 2),
        (HEAD.replace("\n5\n", f"\n{2**63}\n"), 2),
        (HEAD.replace("AAA=\n", "AAB=\n", 1), 3),
        (HEAD.replace("AAA=\n", "AAA\n", 1), 3),
        (HEAD.replace("\n5\n", "\n0\n"), 3),
        (HEAD.replace("\n5\n", "\n\n5\n"), 2),
        (HEAD.replace("\n5\n", "\r\n5\n"), 1),
        (HEAD.replace("— audit", "- audit"), 5),
        (HEAD.replace("— audit", "—  audit"), 5),
        (HEAD.replace("— audit", "— au+dit"), 5),
        (HEAD[:-1], 6),
    ],
)
def test_a_malformed_checkpoint_names_the_line(text: str, line: int) -> None:
    """Numbers, base64, line ends and names have one form; the line that has another is named."""
    with pytest.raises(Malformed) as caught:
        parse_checkpoint(text.encode())

    assert line == caught.value.line


def test_strangers_signatures_are_ignored() -> None:
    """A note may carry signatures by keys that nobody knows, also many of them, up to a limit."""
    strangers = [Signer(f"stranger.example/{i}") for i in range(SIGNATURES_MAX - 2)]

    assert policy().judge(_note(LOG, COSIGNER, *strangers), LOG.name).witnesses
    with pytest.raises(Malformed, match="more than 100"):
        _note(LOG, COSIGNER, *strangers, W2)


@pytest.mark.parametrize(
    ("rule", "signers", "enough"),
    [
        ("quorum none", (), True),
        ("quorum a", (COSIGNER,), True),
        ("quorum a", (W2, W3), False),
        ("group g any a b\nquorum g", (W2,), True),
        ("group g all a b\nquorum g", (W2,), False),
        ("group g 2 a b c\nquorum g", (COSIGNER, W3), True),
        ("group g 2 a b c\nquorum g", (W3,), False),
        ("group g any a b\ngroup h all g c\nquorum h", (COSIGNER, W3), True),
        ("group g any a b\ngroup h all g c\nquorum h", (COSIGNER, W2), False),
    ],
)
def test_quorums(rule: str, signers: tuple[Signer, ...], *, enough: bool) -> None:
    """A quorum is a witness, a group of them, or a group of groups; the log's own signature is always needed."""
    asked = parse_policy(f"# ours\n\n{THREE}\t {rule}\n".encode())
    if enough:
        assert len(signers) == len(asked.judge(_note(LOG, *signers), LOG.name).witnesses)
    else:
        with pytest.raises(NotVouchedFor, match="quorum"):
            asked.judge(_note(LOG, *signers), LOG.name)
    with pytest.raises(NotVouchedFor, match="no signature by a known key"):
        asked.judge(_note(COSIGNER, W2, W3), LOG.name)


@pytest.mark.parametrize(
    "text",
    [
        THREE,
        f"{THREE}quorum none\nquorum a\n",
        f"{THREE}quorum d\n",
        f"{THREE}group g 3 a b\nquorum g\n",
        f"{THREE}group g 0 a b\nquorum g\n",
        f"{THREE}group g any\nquorum g\n",
        f"{THREE}group g any a\ngroup h any a\nquorum h\n",
        f"{THREE}group none any a\nquorum none\n",
        f"{THREE}group a any b\nquorum a\n",
        f"{THREE}log {LOG.vkey}\nquorum none\n",
        f"log {COSIGNER.vkey}\nquorum none\n",
        f"witness a {LOG.vkey}\nquorum none\n",
        f"log {LOG.vkey[:-4]}AAAA\nquorum none\n",
        f"logs {LOG.vkey}\nquorum none\n",
        "quorum none\0\n",
        "quorum none\r\n",
    ],
)
def test_policies_that_mean_nothing_are_refused(text: str) -> None:
    """Names that are not defined above, keys of the wrong kind or twice, thresholds that can't be, other characters."""
    with pytest.raises(Malformed):
        parse_policy(text.encode())


@pytest.mark.parametrize(
    "text", ["", "a+b", "a+5a656938+AQ==", f" {LOG.vkey}", LOG.vkey + "=", LOG.vkey.replace("+5a", "+5A")]
)
def test_keys_that_are_none(text: str) -> None:
    """A verifier key has one form."""
    with pytest.raises(Malformed):
        parse_vkey(text)


@pytest.mark.parametrize(
    "head",
    [
        "c2sp.org/tlog-proof@v2\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex -1",
        "c2sp.org/tlog-proof@v1\nextra AA\nindex 0",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex 0" + f"\n{'A' * 43}=" * 64,
    ],
)
def test_receipts_that_are_none(head: str) -> None:
    """Another version, numbers and hashes in another form, more hashes than a tree has levels."""
    with pytest.raises(Malformed):
        parse_receipt(f"{head}\n\n{HEAD}".encode())


def test_paths_and_edges() -> None:
    """Tiles lie where C2SP's examples have them, and a log of 70,000 has the partial tiles of its example."""
    assert "tile/0/x001/x234/067" == tile_path(0, 1234067)
    assert "tile/entries/000.p/8" == tile_path("entries", 0, 8)
    assert [(2, 0, 1), (1, 1, 17), (0, 273, 112)] == edge(70_000)
    assert [(1, 0, 1)] == edge(256)
    assert [] == edge(0)
