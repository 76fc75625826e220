"""The published vectors of RFC 6962's hasher and of its reference trees."""

import pytest

from compliance.merkle import EMPTY_ROOT, Edge, consistency_proof, leaf_hash, node_hash
from tests.unit.compliance.merkle.oracle import grown

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
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
THREE_TO_SEVEN = [
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", leaf_hash(b"")),
        ("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56", leaf_hash(b"L123456")),
        ("aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb", node_hash(b"N123", b"N456")),
        ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", EMPTY_ROOT),
    ],
)
def test_hasher(expected: str, found: bytes) -> None:
    """Leaf, node and empty tree hash as the reference implementations do."""
    assert expected == found.hex()


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    """The reference trees have the published roots, however their leaves arrive."""
    for batch in (1, 3, 8):
        edge, _ = grown(ENTRIES[:size], batch)
        assert (size, ROOTS[size]) == (edge.size, edge.root.hex())


def test_consistency_of_three_with_seven() -> None:
    """The published proof."""
    _, tiles = grown(ENTRIES, 8)
    assert THREE_TO_SEVEN == [each.hex() for each in consistency_proof(3, 7, tiles)]


def test_empty_edge() -> None:
    """The empty tree has a root and no tile."""
    edge = Edge()
    assert ({}, EMPTY_ROOT) == (edge.grow([]), edge.root)
