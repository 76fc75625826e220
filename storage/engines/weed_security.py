"""Closes the doors between weed's own parts: master, volume server and filer trust whoever reaches them otherwise.

On the loopback address that is every local user, and every page in a browser on the machine. Promises, for each start
anew: random keys for the tokens of their HTTP, and mutual TLS for their gRPC with one certificate that exists only in
the closed folder. S3's own keys are `seaweedfs.py`'s.
"""

import datetime as dt
import ipaddress
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from storage.engines.account import Account, write_private
from storage.engines.ports import LOOPBACK

CERTIFICATE, KEY, CONFIGURATION = "parts.crt", "parts.key", "security.toml"
TOKENS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
PARTS = ("master", "volume", "filer", "s3", "client")
# Longer than any one run; the certificate is made anew at every start.
VALID_FOR = dt.timedelta(days=3650)
CLOCK_SKEW = dt.timedelta(days=1)


def write_security(folder: Path, account: Account | None) -> None:
    """Writes the three files into weed's working directory, where it looks for `security.toml` first."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(folder / KEY, private, account)
    write_private(folder / CERTIFICATE, _certificate(key).public_bytes(Encoding.PEM), account)
    write_private(folder / CONFIGURATION, _configuration().encode(), account)


def _configuration() -> str:
    tokens = [f'[{name}]\nkey = "{secrets.token_hex(32)}"\n' for name in TOKENS]
    parts = [f'[grpc.{part}]\ncert = "{CERTIFICATE}"\nkey = "{KEY}"\n' for part in PARTS]
    return "".join([*tokens, f'[grpc]\nca = "{CERTIFICATE}"\n', *parts])


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Signs itself and is its own authority: whoever holds the key is a part of this server."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sealshare-embedded")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
