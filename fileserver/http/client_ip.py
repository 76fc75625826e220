"""The address of whoever really called, when reverse proxies stand in between.

X-Forwarded-For is a claim: each proxy appends the peer it saw. Walking from the right, every hop that is a proxy of
ours may be believed about the next; the first address that is not ours is the client, and whatever stands left of it
was written by the client itself.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOPS_MAX = 16
ADDRESSES_MAX = 1024  # that are kept as they were understood: each is asked for several times a request


def client_ip(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The right-most untrusted address, from the socket's peer and the X-Forwarded-For header lines in order."""
    address = parse_address(peer or "")
    if address is None:
        return "unknown"  # a Unix socket: nobody to name
    hops = [hop for line in forwarded_for for hop in line.split(",")][-HOPS_MAX:]
    for hop in reversed(hops):
        if not is_within(address, trusted):
            break
        claimed = parse_address(hop)
        if claimed is None:
            break  # a proxy that writes nonsense is believed no further
        address = claimed
    return str(address)


def is_within(address: Address | None, networks: Sequence[Network]) -> bool:
    """Whether one of the networks contains the address; never for None."""
    return address is not None and any(address in network for network in networks if network.version == address.version)


@lru_cache(ADDRESSES_MAX)
def parse_address(text: str) -> Address | None:
    """An address without port, zone or brackets; IPv4 in IPv6 dress is undressed, so that a CIDR list matches both."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
