"""The client's address comes from proxies of ours or from the socket, never from what a client claims."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileserver.http.client_ip import client_ip, parse_address

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # no proxy of ours: a claim
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], "198.51.100.1"),  # left of the client: the client's own invention
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], "198.51.100.1"),  # two header lines are one list
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1:5555"], "198.51.100.1"),
        ("fd00::1", ['"[2001:db8::7]:443"'], "2001:db8::7"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_right_most_untrusted_hop_is_the_client(peer: str | None, forwarded_for: list[str], expected: str) -> None:
    """Walking from the socket outwards, the first address that is not a proxy of ours."""
    assert expected == client_ip(peer, forwarded_for, TRUSTED)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_no_header_moves_the_address_of_a_direct_caller(forwarded_for: list[str]) -> None:
    """Without a trusted proxy between, nothing a client sends is believed."""
    assert client_ip("203.0.113.9", forwarded_for, TRUSTED) == "203.0.113.9"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none(text: str) -> None:
    """Nonsense is no address, and no crash."""
    address = parse_address(text)
    assert address is None or parse_address(str(address)) == address
