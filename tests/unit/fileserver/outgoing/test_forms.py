"""The forms by which an address of this machine or this network can be written, each of them refused.

The host of each form is on the list of hosts and its scheme is https, so only what the form leads to can refuse it.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from fileserver.outgoing import Outgoing, OutgoingRefused, Policy
from fileserver.outgoing.addresses import Address

LITERALS = [
    "https://127.0.0.1/",
    "https://127.0.0.1:443/",
    "https://127.8.9.10/",
    "https://0.0.0.0/",
    "https://0.1.2.3/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://100.64.0.1/",
    "https://100.100.100.200/latest/meta-data",
    "https://100.127.255.254/",
    "https://168.63.129.16/",
    "https://169.254.169.254/latest/meta-data/iam",
    "https://169.254.170.2/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://192.168.1.1/",
    "https://198.18.0.1/",
    "https://198.19.255.255/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a9fe:a9fe]/",
    "https://[100::1]/",
    "https://[2001::1]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/latest/meta-data",
    "https://[fe80::1]/",
    "https://[febf::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
]
NUMBERS = [
    "https://2130706433/",
    "https://2852039166/latest/meta-data",
    "https://0x7f000001/",
    "https://0X7F000001/",
    "https://017700000001/",
    "https://0/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.01/",
    "https://127.0.0.0x1/",
    "https://127.0.0.1./",
    "https://169.254.43518/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
]
ODDITIES = [
    "https://[fe80::1%25eth0]/",
    "https://[::1%lo]/",
    "https://[127.0.0.1]/",
    "https://[::ffff:127.0.0.1/",
    "https://user@127.0.0.1/",
    "https://good.example@127.0.0.1/",
    "https://good.example:443@127.0.0.1/",
    "https://127.0.0.1\\@good.example/",
    "https://good.example\\@127.0.0.1/",
    "https://127.0.0.1#@good.example/",
    "https://good.example#@127.0.0.1/",
    "https://good.example%2f@127.0.0.1/",
    "https://%31%32%37.0.0.1/",
    "https://127。0。0。1/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://good.example\t/",
    "https:// 127.0.0.1/",
    "https://127.0.0.1\r\nHost: good.example/",
    "https://good.example\x00.127.0.0.1/",
    "https:/127.0.0.1/",
    "https:127.0.0.1",
    "//127.0.0.1/",
    "127.0.0.1",
    "https:///",
    "https://",
    "https://good..example/",
    "https://-good.example/",
    "https://good.example./",
    "https://good_example/",
    "https://good.example:0/",
    "https://good.example:65536/",
    "https://good.example:080808/",
    "https://good.example:/",
    "HTTPS://good.example/",
    "http://good.example/",
    "http://127.0.0.1/",
    "ftp://good.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "jar:https://127.0.0.1!/",
    "data:text/plain,1",
    "unix:/run/docker.sock",
]
NAMES = [
    ("localhost", ["127.0.0.1"]),
    ("localhost6", ["::1"]),
    ("rebound.example", ["169.254.169.254"]),
    ("private.example", ["10.1.2.3"]),
    ("local.example", ["fd12:3456:789a::1"]),
    ("mapped.example", ["::ffff:10.0.0.1"]),
    ("nat64.example", ["64:ff9b::a00:1"]),
    ("two.example", ["93.184.216.34", "10.0.0.1"]),
    ("both.example", ["2606:4700::1111", "::1"]),
    ("metadata.google.internal", ["169.254.169.254"]),
    ("127.0.0.1.nip.io.example", ["127.0.0.1"]),
]


def _everything() -> frozenset[str]:
    """Every host that a form names, in whatever reading: the list of hosts refuses nothing here."""
    texts = [each.lower() for each in (*LITERALS, *NUMBERS, *ODDITIES)]
    hosts = {host.strip("[]") for text in texts for host in re.split(r"[/@\\#?]|:(?=\d+/)", text) if host}
    literals = {str(ip_address(host)) for host in hosts if _is_address(host)}
    return frozenset(hosts | literals | {"good.example", *(name for name, _ in NAMES)})


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


POLICY = Policy(hosts=_everything())


async def _nowhere(host: str, port: int) -> Sequence[Address]:
    raise AssertionError(f"{host} must not even be looked up")


@pytest.mark.parametrize("form", LITERALS)
async def test_an_address_that_is_not_public_is_refused(form: str) -> None:
    """Loopback, private, carrier's, link-local, metadata, multicast and the forms that carry IPv4: nothing is sent."""
    async with Outgoing(POLICY, lookup=_nowhere) as outgoing:
        with pytest.raises(OutgoingRefused) as caught:
            await outgoing.get(form)

    assert "address" == caught.value.reason


@pytest.mark.parametrize("form", NUMBERS)
async def test_a_number_is_no_name(form: str) -> None:
    """Decimal, octal, hexadecimal and shortened addresses are refused before a resolver reads them its own way."""
    async with Outgoing(POLICY, lookup=_nowhere) as outgoing:
        with pytest.raises(OutgoingRefused) as caught:
            await outgoing.get(form)

    assert caught.value.reason in ("numeric-host", "host")


@pytest.mark.parametrize("form", ODDITIES)
async def test_what_parsers_disagree_about_is_refused(form: str) -> None:
    """User parts, escapes, other scripts' digits, white space, other schemes: no reading is better than two."""
    async with Outgoing(POLICY, lookup=_nowhere) as outgoing:
        with pytest.raises(OutgoingRefused) as caught:
            await outgoing.post(form, b"", media_type="text/plain")

    assert caught.value.reason not in ("not-listed", "address")


@pytest.mark.parametrize(("name", "addresses"), NAMES)
async def test_a_name_leads_to_public_addresses_only(name: str, addresses: list[str]) -> None:
    """One address that may not be asked is enough to refuse the name."""

    async def lookup(host: str, port: int) -> Sequence[Address]:
        return [ip_address(each) for each in addresses]

    async with Outgoing(POLICY, lookup=lookup) as outgoing:
        with pytest.raises(OutgoingRefused) as caught:
            await outgoing.get(f"https://{name}/")

    assert "address" == caught.value.reason


def test_there_are_enough_forms() -> None:
    """At least sixty."""
    assert len({*LITERALS, *NUMBERS, *ODDITIES}) + len(NAMES) >= 60


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1"])
def test_public_addresses_may_be_asked(address: str) -> None:
    """What belongs to somebody on the Internet is not refused."""
    form = f"https://[{address}]/x?y=1" if ":" in address else f"https://{address}/x?y=1"
    assert form == str(Policy(hosts=frozenset({address})).check(form))


def test_a_host_that_nobody_listed_is_refused() -> None:
    """A public host is asked only when the operator named it."""
    with pytest.raises(OutgoingRefused) as caught:
        Policy(hosts=frozenset({"good.example"})).check("https://other.example/")

    assert "not-listed" == caught.value.reason
