"""What Upload-Checksum can be made with."""

import pytest

from fileserver.uploads.checksums import ALGORITHMS


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ("crc32c", "e3069283"),
    ],
)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_check_value(algorithm: str, digest: str, kind: type) -> None:
    """Of "123456789", in two pieces, whatever kind of bytes they are; CRC32C's is that of RFC 3720, big-endian."""
    hasher = ALGORITHMS[algorithm].hasher()
    hasher.update(kind(b"1234"))
    hasher.update(kind(b"56789"))
    assert digest == hasher.digest().hex()
    assert ALGORITHMS[algorithm].digest_bytes == len(hasher.digest())
