"""What others published, checked by our verifier: hashes, roots, proofs, notes and a receipt."""

import base64

import pytest

from compliance.verifying import Malformed, Policy, parse_policy, parse_receipt, parse_vkey, policy_of, verify_receipt
from compliance.verifying.hashes import EMPTY_ROOT, leaf_hash, node_hash, require_consistent, root_of
from compliance.verifying.notes import parse_note
from tests.ledgers import COSIGNER, LOG, POLICY_TEXT

# Leaves and roots of the reference implementation's tests (certificate-transparency, transparency-dev/merkle).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FROM_3_TO_7 = [
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
]
RECEIPT = """c2sp.org/tlog-proof@v1
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=
037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

audit.example/share-1
7
3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=

— audit.example/share-1 WmVpOFM3S6fR4q83wSog8xuv+ivoSfO77oPqlD27KJIloTk7bj/XaurFNoehgicSwc/Ctwpu/JwN8yTMTRMrAKzorgU=
— witness.example/w1 IDJKvgAAAABpVbkAzxud3N7e3TuHwlkUlM2WO68XTv44kzchtDy3GgCr6SC/8V0Buy+LqDQB59ls6Zxaa1CShTTJID5MKr7q\
ssluDQ==
"""
# Go's golang.org/x/mod/sumdb/note publishes this key and this note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def _policy() -> Policy:
    return parse_policy(POLICY_TEXT.encode())


def test_rfc_6962_hashes() -> None:
    """The hasher of RFC 6962: the empty leaf, a leaf, a node, nothing at all."""
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize("size", range(9))
def test_the_reference_roots(size: int) -> None:
    """The root of each of the reference trees."""
    assert ROOTS[size] == root_of([leaf_hash(bytes.fromhex(each)) for each in LEAVES[:size]]).hex()


def test_the_reference_consistency_proof() -> None:
    """Three entries became seven, by the published proof."""
    proof = [bytes.fromhex(each) for each in FROM_3_TO_7]

    require_consistent(3, bytes.fromhex(ROOTS[3]), 7, bytes.fromhex(ROOTS[7]), proof)


def test_the_published_receipt() -> None:
    """The receipt of leaf 5, signed by the log and cosigned by the witness at a known time."""
    verdict = verify_receipt(parse_receipt(RECEIPT.encode()), _policy(), bytes.fromhex(LEAVES[5]))

    assert {"w1": 1767225600} == verdict.witnesses
    assert ("audit.example/share-1+5a656938",) == verdict.logs


def test_the_published_verifier_keys() -> None:
    """Keys made from the published seeds have the published names."""
    assert LOG.vkey == "audit.example/share-1+5a656938+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert COSIGNER.vkey == "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    assert LOG.public == parse_vkey(LOG.vkey).public


def test_gos_note() -> None:
    """A note that Go's own package signed is signed for us, too, and a changed one is not."""
    key = parse_vkey(GO_VKEY)

    assert key.signed(parse_note(GO_NOTE.encode())) == 0
    with pytest.raises(Malformed, match="line 4: PeterNeumann did not sign"):
        key.signed(parse_note(GO_NOTE.replace("answer", "Answer").encode()))


def test_another_leaf_is_refused() -> None:
    """The published receipt proves leaf 5 and no other."""
    receipt = parse_receipt(RECEIPT.encode())
    for other in (*LEAVES[:5], *LEAVES[6:]):
        with pytest.raises(Malformed, match="index 5"):
            verify_receipt(receipt, _policy(), bytes.fromhex(other))


def test_a_key_must_have_its_id() -> None:
    """A verifier key whose id is not that of its name and key is refused."""
    with pytest.raises(Malformed, match="does not have the id"):
        parse_vkey(GO_VKEY.replace("c74f20a3", "c74f20a4"))


def test_years_later() -> None:
    """A receipt of an old key is good as long as the policy lists that key beside the newer ones."""
    newer = parse_vkey(GO_VKEY)
    receipt = parse_receipt(RECEIPT.encode())
    told = bytes.fromhex(LEAVES[5])

    assert verify_receipt(receipt, policy_of([newer, parse_vkey(LOG.vkey)]), told).logs
    with pytest.raises(Malformed, match="no signature by a known key"):
        verify_receipt(receipt, policy_of([newer]), told)


def test_a_receipt_that_brings_its_entry() -> None:
    """The extra line may hold the entry, which the proof then vouches for, or does not."""
    bringing = base64.b64encode(bytes.fromhex(LEAVES[5])).decode()
    good = parse_receipt(RECEIPT.replace("index 5", f"extra {bringing}\nindex 5").encode())
    bad = parse_receipt(RECEIPT.replace("index 5", "extra YWJj\nindex 5").encode())

    assert verify_receipt(good, _policy()).logs
    with pytest.raises(Malformed):
        verify_receipt(bad, _policy())
    with pytest.raises(Malformed, match="does not bring its entry"):
        verify_receipt(parse_receipt(RECEIPT.encode()), _policy())
