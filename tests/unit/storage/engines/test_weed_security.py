"""SeaweedFS's inner doors."""

import tomllib
from pathlib import Path

from cryptography import x509

from storage.engines.weed_security import write_security


def test_every_start_has_keys_of_its_own(tmp_path: Path) -> None:
    """Tokens and certificate are random, and private to the engine."""
    contents = []
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        write_security(tmp_path / run, None)
        assert {file.stat().st_mode & 0o777 for file in (tmp_path / run).iterdir()} == {0o600}
        contents.append({file.name: file.read_bytes() for file in (tmp_path / run).iterdir()})
    assert all(contents[0][name] != contents[1][name] for name in contents[0])


def test_every_door_has_a_lock(tmp_path: Path) -> None:
    """Each part demands a certificate of its callers, and all four kinds of token are signed with different keys."""
    write_security(tmp_path, None)
    configuration = tomllib.loads((tmp_path / "security.toml").read_text())
    jwt = configuration["jwt"]
    keys = [jwt[kind]["key"] for kind in ("signing", "filer_signing")]
    keys += [jwt[kind]["read"]["key"] for kind in ("signing", "filer_signing")]
    assert len(set(keys)) == 4
    assert min(len(key) for key in keys) == 64
    assert {"ca", "master", "volume", "filer", "s3", "client"} == set(configuration["grpc"])
    authority = x509.load_pem_x509_certificate((tmp_path / configuration["grpc"]["ca"]).read_bytes())
    authority.verify_directly_issued_by(authority)
