"""What may be asked: addresses in their plain form, https, hosts that were named, and where their names may lead."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from yarl import URL

from fileserver.outgoing.addresses import LOOPBACK, Address, Network, is_public, is_within
from fileserver.outgoing.errors import OutgoingRefused

URL_MAX = 2048
HOST_MAX = 253
PORT_MAX = 65_535
# No spaces, controls, backslashes, user or fragment: what parsers of addresses disagree about.
PLAIN = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?([/?][!-~]*)?"
)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The hosts that may be asked, in lower case, and private networks in which they may be.

    `loopback_http` lets http and https lead to this machine's loopback address: for tests and demonstrations.
    """

    hosts: frozenset[str]
    networks: tuple[Network, ...] = ()
    loopback_http: bool = False

    def check(self, address: str) -> URL:
        """The address as it will be asked. Raises OutgoingRefused."""
        match = PLAIN.fullmatch(address)
        if match is None or len(address) > URL_MAX or "\\" in address or "#" in address:
            raise OutgoingRefused("malformed")
        if match["port"] is not None and not 0 < int(match["port"]) <= PORT_MAX:
            raise OutgoingRefused("port")
        host = match["host"].lower()
        literal = _literal(host)
        self._check_scheme(match["scheme"], literal)
        url = URL(address)
        if url.host is None or _literal(_bracketed(url.host)) != literal or (literal is None and url.host != host):
            raise OutgoingRefused("host")  # the library would ask somebody else than was checked here
        if (str(literal) if literal is not None else host) not in self.hosts:
            raise OutgoingRefused("not-listed")
        if literal is not None:
            self.check_address(literal)
        return url

    def check_address(self, address: Address) -> None:
        """Raises OutgoingRefused unless the address is public or in a network that was named."""
        allowed = (*self.networks, *LOOPBACK) if self.loopback_http else self.networks
        if not is_public(address) and not is_within(address, allowed):
            raise OutgoingRefused("address")

    def _check_scheme(self, scheme: str, literal: Address | None) -> None:
        if scheme == "https":
            return
        at_home = literal is not None and is_within(literal, LOOPBACK)
        if scheme != "http" or not (self.loopback_http and at_home):
            raise OutgoingRefused("scheme")


def host_of(address: str) -> str:
    """The host of an address, as a policy lists it."""
    host = URL(address).host or ""
    return str(IPv6Address(host)) if ":" in host else host


def _literal(host: str) -> Address | None:
    """The address that a host is written as, IPv6 in brackets; None for a name. Raises OutgoingRefused for neither.

    A name whose last label is a number is an address to some resolvers (127.1, 0x7f000001, 2130706433): refused.
    """
    try:
        return IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except ValueError:
        labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        raise OutgoingRefused("numeric-host")
    if len(host) > HOST_MAX or not all(LABEL.fullmatch(label) for label in labels):
        raise OutgoingRefused("host")
    return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
