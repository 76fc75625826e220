"""`sealshare audit verify` on what an auditor has at hand: folders, archives, receipts, keys, earlier checkpoints."""

import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fileserver.cli import main
from tests.ledgers import COSIGNER, LOG, POLICY_TEXT, Files, Tree, another, checkpoint, entry, leaf, log_of, receipt

SIZE = 400
TREE = Tree([leaf(entry(i)) for i in range(SIZE)])


def verify(*arguments: str | Path) -> Result:
    """The command's end."""
    return CliRunner().invoke(main, ["audit", "verify", *map(str, arguments)], catch_exceptions=False)


def said(*arguments: str | Path) -> dict[str, Any]:
    """What it says with --json."""
    told: dict[str, Any] = json.loads(verify(*arguments, "--json").stdout)
    return told


def written(log: Files, folder: Path) -> Path:
    """The log's files in a folder of that name."""
    for path, data in log.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def log() -> Files:
    """A log with a policy in it, as bundles have one."""
    made = log_of([entry(i) for i in range(SIZE)])
    made.files["policy"] = POLICY_TEXT.encode()
    return made


@pytest.fixture
def bundle(log: Files, tmp_path: Path) -> Path:
    """The same on the disk."""
    return written(log, tmp_path / "bundle")


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """What the auditor knows: the log's key and the witness's."""
    path = tmp_path / "my-policy"
    path.write_text(POLICY_TEXT)
    return path


def test_proved_by_keys_that_were_brought(bundle: Path, policy: Path) -> None:
    """Exit status 0; who signed, who cosigned and how many entries were checked is said."""
    done = verify(bundle, "--policy", policy)

    assert 0 == done.exit_code
    assert "cosigned by w1 at 2026-01-01T00:00:00Z" in done.stdout
    assert "All 400 entries are as they were signed." in done.stdout
    assert {"ok": True, "status": 0, "keys": "given", "entries_checked": 400, "faults": []}.items() <= said(
        bundle, "--policy", policy
    ).items()


def test_the_bundles_own_keys_prove_less(bundle: Path) -> None:
    """Without keys from elsewhere a whole bundle has a status of its own: whoever forged it forged its keys, too."""
    done = verify(bundle)

    assert 3 == done.exit_code
    assert "The keys came with the log itself" in done.stdout
    assert ("own", True) == (said(bundle)["keys"], said(bundle)["ok"])


def test_keys_as_options_and_as_files(bundle: Path, tmp_path: Path) -> None:
    """A key is given as such or as a file with one in each line; a witness among them is checked, not required."""
    keys = tmp_path / "keys"
    keys.write_text(f"# ours\n{LOG.vkey}\n{COSIGNER.vkey}\n")

    assert 0 == verify(bundle, "--key", LOG.vkey).exit_code
    assert {COSIGNER.name} == set(said(bundle, "--key", keys)["witnesses"])


@pytest.mark.parametrize("form", ["tar", "zip", "flat"])
def test_archives(bundle: Path, policy: Path, tmp_path: Path, form: str) -> None:
    """A bundle need not be unpacked, whether it lies in a folder of its own or at the top of the archive."""
    archive = tmp_path / f"bundle.{form}"
    if form == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for path in bundle.rglob("*"):
                packed.write(path, f"some-folder/{path.relative_to(bundle)}")
    else:
        with tarfile.open(archive, "w") as packed_tar:
            packed_tar.add(bundle, "some-folder" if form == "tar" else ".")

    assert 400 == said(archive, "--policy", policy)["entries_checked"]


def test_what_is_wrong_is_named(bundle: Path, policy: Path) -> None:
    """Exit status 1, and the first entry that is not what was logged, for people and for programs."""
    path = bundle / "tile/entries/001.p/144"
    path.write_bytes(path.read_bytes().replace(b'"i":300', b'"i":301'))
    done = verify(bundle, "--policy", policy)

    assert 1 == done.exit_code
    assert "WRONG at entry 300 in tile/entries/001.p/144" in done.stdout
    assert ("entry", 300, 300) == tuple(
        said(bundle, "--policy", policy)["faults"][0][key] for key in ("kind", "first", "last")
    )


def test_a_changed_checkpoint_names_its_line(bundle: Path, policy: Path) -> None:
    """The line that was changed after signing is found by putting it right."""
    head = (bundle / "checkpoint").read_text()
    (bundle / "checkpoint").write_text(head.replace("\n400\n", "\n300\n"))

    assert "WRONG in checkpoint, line 2: line 2 was changed" in verify(bundle, "--policy", policy).stdout


def test_a_forged_log(bundle: Path, policy: Path) -> None:
    """Another key of the same name convinces nobody who brought the right one."""
    (bundle / "checkpoint").write_bytes(checkpoint(SIZE, TREE.range(0, SIZE), another(), COSIGNER))
    (bundle / "policy").write_text(f"log {another().vkey}\nquorum none\n")

    assert 3 == verify(bundle).exit_code
    assert 1 == verify(bundle, "--policy", policy).exit_code


def test_earlier_checkpoints_and_bundles(bundle: Path, policy: Path, tmp_path: Path) -> None:
    """What the auditor kept is continued by the log, or the log is refused."""
    kept = tmp_path / "kept"
    kept.write_bytes(checkpoint(300, TREE.range(0, 300)))
    before = written(log_of([entry(i) for i in range(256)]), tmp_path / "before")
    longer = tmp_path / "longer"
    longer.write_bytes(checkpoint(401, TREE.range(0, SIZE)))

    assert [256, 300] == said(bundle, "--policy", policy, "--since", kept, "--since", before)["grown_from"]
    assert "cut" == said(bundle, "--policy", policy, "--since", longer)["faults"][0]["kind"]


def test_receipts(policy: Path, tmp_path: Path) -> None:
    """A receipt proves the entry that is brought, or the one it brings itself; and refuses any other."""
    kept, event, other = tmp_path / "7.tlog-proof", tmp_path / "event", tmp_path / "other"
    kept.write_bytes(receipt(TREE, 7, SIZE))
    event.write_bytes(entry(7))
    other.write_bytes(entry(8))
    whole = tmp_path / "whole.tlog-proof"
    whole.write_bytes(receipt(TREE, 7, SIZE, extra=entry(7)))

    assert "Entry 7 of audit.example/share-1" in verify(kept, "--event", event, "--policy", policy).stdout
    assert 7 == said(whole, "--policy", policy)["index"]
    assert 1 == verify(kept, "--event", other, "--policy", policy).exit_code
    assert "does not have this entry" in said(whole, "--event", other, "--policy", policy)["error"]
    assert 2 == verify(kept, "--policy", policy).exit_code
    assert 2 == verify(kept, "--event", event).exit_code


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", "nonsense"),
        ("--key", LOG.vkey[:-4]),
        ("--key", LOG.vkey, "--policy", "{policy}"),
        ("--policy", "{bundle}/checkpoint"),
        ("--since", "{policy}"),
        ("--event", "{policy}"),
    ],
)
def test_what_is_brought_must_be_of_use(bundle: Path, policy: Path, arguments: tuple[str, ...]) -> None:
    """Exit status 2 for keys, policies and earlier checkpoints that are none."""
    assert 2 == verify(bundle, *(each.format(bundle=bundle, policy=policy) for each in arguments)).exit_code


def test_what_is_no_bundle(tmp_path: Path) -> None:
    """A file that is no archive, and an empty folder, are refused with one line."""
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").mkdir()

    assert "neither a folder nor a tar or zip file" in verify(tmp_path / "text", "--key", LOG.vkey).stderr
    assert "no checkpoint" in verify(tmp_path / "empty", "--key", LOG.vkey).stdout
    assert 2 == verify(tmp_path / "nowhere", "--key", LOG.vkey).exit_code


def test_what_a_log_says_does_not_steer_the_terminal(log: Files, tmp_path: Path) -> None:
    """Names out of a log are printed without control characters."""
    log.files["checkpoint"] = log.files["checkpoint"].replace(b"audit.example/share-1\n", "audit\u009b2J\n".encode())

    assert "\u009b" not in verify(written(log, tmp_path / "odd"), "--key", LOG.vkey).stdout
