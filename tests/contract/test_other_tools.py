"""The layout of a log, read by tools that we did not write: Go's checksum database packages and tlog-scales."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.verifying import open_source, parse_receipt, parse_vkey, policy_of, verify_log, verify_receipt
from tests.ledgers import LOG, Files, Tree, checkpoint, entry, leaf, log_of, policy

SIZE = 66_000  # three levels of tiles, each with a partial one
TLOG_TILES = Path(sys.executable).with_name("tlog-tiles")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 66,000 entries on the disk; nobody changes it."""
    return written(log_of([entry(i) for i in range(SIZE)]), tmp_path_factory.mktemp("log"))


def written(log: Files, folder: Path) -> Path:
    """The log's files in a folder."""
    for path, data in log.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def ran(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    """A program that was run to its end."""
    return subprocess.run(command, capture_output=True, check=False)


@pytest.mark.go
def test_go_proves_it(go_verify: Path, folder: Path, tmp_path: Path) -> None:
    """Go's packages check the signature, hash every entry, make every tile anew, and confirm an earlier checkpoint."""
    earlier = tmp_path / "earlier"
    earlier.write_bytes(checkpoint(300, Tree([leaf(entry(i)) for i in range(300)]).range(0, 300)))
    done = ran(go_verify, folder, LOG.vkey, earlier)
    with open_source(folder) as source:
        report = verify_log(source, policy())

    assert (0, b"") == (done.returncode, done.stderr)
    assert f"66000 entries, root {base64.b64encode(report.root).decode()}\n" == done.stdout.decode()


@pytest.mark.go
@pytest.mark.parametrize(
    ("path", "at", "told"),
    [
        ("tile/entries/001", 100, "entry 257 is not what was logged"),
        ("tile/0/000", 33, "entry 1 is not what was logged"),
        ("tile/1/000.p/2", 0, "tile/1/000.p/2 is not what the entries make it"),
        ("checkpoint", 23, "invalid signature"),
        ("checkpoint", 150, "invalid signature"),
    ],
)
def test_go_and_we_refuse_the_same(go_verify: Path, tmp_path: Path, path: str, at: int, told: str) -> None:
    """One byte changed in an entry, in tiles, in the size or in a signature: Go's packages refuse it, and so do we."""
    log = log_of([entry(i) for i in range(700)])
    changed = bytearray(log.files[path])
    changed[at] ^= 1
    log.files[path] = bytes(changed)
    done = ran(go_verify, written(log, tmp_path), LOG.vkey)

    assert 1 == done.returncode
    assert told in done.stderr.decode()
    assert not verify_log(log, policy()).ok


@pytest.mark.go
def test_go_proves_what_was_pruned(go_verify: Path, tmp_path: Path) -> None:
    """Withheld entries are stood for by their hashes, also for Go."""
    log = log_of([entry(i) for i in range(700)])
    del log.files["tile/entries/000"]
    log.files["minimum-index"] = b"256\n"
    folder = written(log, tmp_path)

    assert 0 == ran(go_verify, folder, LOG.vkey).returncode
    (folder / "minimum-index").write_bytes(b"0\n")
    assert b"no such file" in ran(go_verify, folder, LOG.vkey).stderr


@pytest.mark.parametrize("index", [0, 255, 65_535, 65_999])
def test_tlog_scales_reads_it(folder: Path, index: int) -> None:
    """`tlog-tiles get-leaf -c` finds each entry and its proof in the folder as it is."""
    done = ran(TLOG_TILES, "get-leaf", "-c", folder, str(index))

    assert (0, entry(index)) == (done.returncode, done.stdout)


def test_a_receipt_by_tlog_scales(folder: Path) -> None:
    """A proof that tlog-scales makes of the folder is one that we accept, and its checkpoint is the log's own."""
    made = ran(TLOG_TILES, "gen-proof", folder, "12345").stdout
    head, _, _ = made.partition(b"\n\n")
    receipt = parse_receipt(head + b"\n\n" + (folder / "checkpoint").read_bytes())

    assert (12345, SIZE) == (receipt.index, receipt.checkpoint.size)
    assert verify_receipt(receipt, policy_of([parse_vkey(LOG.vkey)]), entry(12345)).logs
