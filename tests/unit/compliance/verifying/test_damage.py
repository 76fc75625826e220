"""Logs that were tampered with: each is refused, and the first entry, hash or line that is wrong is named."""

import random
from dataclasses import replace

import pytest

from compliance.verifying import Fault, Kind, Malformed, Past, Report, parse_checkpoint, past_of, verify_log
from tests.ledgers import COSIGNER, LOG, Files, Tree, another, checkpoint, entry, leaf, log_of, policy
from tests.proofs.edits import undetected

SIZE = 700
ENTRIES = [entry(i) for i in range(SIZE)]
BUNDLE = "tile/entries/001"


@pytest.fixture(scope="module")
def whole() -> Files:
    """A log of 700 entries; tests damage copies."""
    return log_of(ENTRIES)


def _judged(log: Files, *since: Past) -> Report:
    return verify_log(log, policy(), since=since)


def _first(log: Files, *since: Past) -> Fault:
    return _judged(log, *since).faults[0]


def _head(entries: list[bytes]) -> Past:
    tree = Tree([leaf(each) for each in entries])
    return Past(parse_checkpoint(checkpoint(len(entries), tree.range(0, len(entries)))))


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700])
def test_a_whole_log_is_proved(size: int) -> None:
    """Every entry of a log as it was signed is checked, whatever its size."""
    report = _judged(log_of(ENTRIES[:size]))

    assert report.ok
    assert (size, size, 0) == (report.size, report.checked, report.withheld)


def test_large_logs() -> None:
    """Logs whose tiles have three levels, on either side of the third one's beginning."""
    entries = [b"%d" % i for i in range(65_537)]
    for size in (65_536, 65_537):
        assert size == _judged(log_of(entries[:size])).checked
    changed = log_of(entries)
    changed.files["tile/1/000"] = changed.files["tile/1/000"][:-1] + b"?"

    assert (65_280, 65_535) == (_first(changed).first, _first(changed).last)


def test_a_thousand_single_bytes(whole: Files) -> None:
    """Any byte of the checkpoint, of a tile or of a bundle, changed: 1,000 of 1,000 are told, and told where."""
    assert [] == undetected(whole, policy(), random.Random(1), 1000)


def test_an_entry_changed(whole: Files) -> None:
    """One byte of entry 300: entry 300 is named, the entries around it are not."""
    whole = Files(whole.files | {BUNDLE: whole.files[BUNDLE].replace(b'"i":300', b'"i":301')})

    assert (Kind.ENTRY, BUNDLE, 300, 300) == _said(_first(whole))


def test_two_entries_swapped(whole: Files) -> None:
    """Two entries in each other's place: the first of them is named first."""
    swapped = [*ENTRIES]
    swapped[260], swapped[400] = swapped[400], swapped[260]
    faults = _judged(Files(log_of(swapped).files | _tiles(whole) | _heads(whole))).faults

    assert [260, 400] == [fault.first for fault in faults]


@pytest.mark.parametrize("gone", [0, 300, 699])
def test_an_entry_removed(whole: Files, gone: int) -> None:
    """An entry taken out, and the others moved up in the rows: the first place that is wrong is where it was."""
    shorter = log_of([*ENTRIES[:gone], *ENTRIES[gone + 1 :], b"{}"])

    assert gone == _first(Files(shorter.files | _tiles(whole) | _heads(whole))).first


def test_an_entry_added(whole: Files) -> None:
    """An entry put in between moves all others, from there on."""
    longer = log_of([*ENTRIES[:511], b"{}", *ENTRIES[511:-1]])

    assert (511, 511) == _span(_first(Files(longer.files | _tiles(whole) | _heads(whole))))


def test_a_bundle_that_ends_early(whole: Files) -> None:
    """The last three entries of a bundle cut off: the first of them is named."""
    cut = whole.files[BUNDLE][: -3 * (2 + len(entry(511)))]

    assert (509, 511) == _span(_first(Files(whole.files | {BUNDLE: cut})))


def test_bytes_behind_the_last_entry(whole: Files) -> None:
    """A bundle holds its entries and nothing else."""
    last = "tile/entries/002.p/188"
    longer = Files(whole.files | {last: whole.files[last] + b"\0\2{}"})

    assert (Kind.ENTRY, last, 700, 700) == _said(_first(longer))


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [("tile/0/001", 256, 511), ("tile/1/000.p/2", 0, 511), (BUNDLE, 256, 511), ("tile/0/002.p/188", 512, 699)],
)
def test_a_file_missing(whole: Files, path: str, first: int, last: int) -> None:
    """A tile or bundle that is not there is named; nothing else is wrong, for the rest says what it held."""
    report = _judged(Files({each: data for each, data in whole.files.items() if each != path}))

    assert [(Kind.MISSING, path, first, last)] == [_said(fault) for fault in report.faults]


@pytest.mark.parametrize("path", ["tile/0/001", "tile/1/000.p/2", "tile/0/002.p/188"])
def test_a_tile_too_long(whole: Files, path: str) -> None:
    """A tile has the length of its hashes."""
    assert path == _first(Files(whole.files | {path: whole.files[path] + bytes(32)})).path


def test_a_partial_tile_that_became_full() -> None:
    """A log that has grown may have dropped its partial tiles; the full ones serve an older checkpoint."""
    now, then = log_of(ENTRIES), log_of(ENTRIES[:400])
    older = Files(now.files | {"checkpoint": then.files["checkpoint"], "tile/1/000.p/1": then.files["tile/1/000.p/1"]})

    assert 400 == _judged(older).checked
    changed = older.files["tile/entries/001"].replace(b'"i":399', b'"i":398')
    assert 399 == _first(Files(older.files | {"tile/entries/001": changed})).first


def test_entries_and_tile_changed_together(whole: Files) -> None:
    """Who changes an entry and its tile, but not the tiles above, leaves a tile's width in question."""
    forged = log_of([*ENTRIES[:300], b"{}", *ENTRIES[301:]])
    mixed = Files(whole.files | {path: forged.files[path] for path in (BUNDLE, "tile/0/001")})

    assert (Kind.ROOT, "tile/0/001", 256, 511) == _said(_first(mixed))


def test_rewritten_up_to_the_root(whole: Files) -> None:
    """Who rewrites every hash still can't sign: all entries are in question, fewer with what was kept from earlier."""
    forged = log_of([*ENTRIES[:300], b"{}", *ENTRIES[301:]])
    forged.files["checkpoint"] = whole.files["checkpoint"]

    assert (Kind.ROOT, "checkpoint", 0, 699) == _said(_first(forged))
    assert (256, 511) == _span(_first(forged, _head(ENTRIES[:256]), _head(ENTRIES[:512])))
    assert (300, 300) == _span(_first(forged, past_of(log_of(ENTRIES[:600]))))


def test_only_tiles_rewritten(whole: Files) -> None:
    """Tiles that agree with each other and not with the entries are what is wrong, if the entries are as signed."""
    forged = log_of([*ENTRIES[:300], b"{}", *ENTRIES[301:]])
    mixed = Files(whole.files | _tiles(forged))

    assert {Kind.TILE} == {fault.kind for fault in _judged(mixed).faults}
    assert {"tile/1/000.p/2", "tile/0/001"} == {fault.path for fault in _judged(mixed).faults}


def test_a_forged_key(whole: Files) -> None:
    """A log that somebody else signed under its name proves nothing, and nothing of it is walked."""
    head = checkpoint(SIZE, _root(whole), another(), COSIGNER)
    report = _judged(Files(whole.files | {"checkpoint": head}))

    assert (Kind.UNSIGNED, 5) == (report.faults[0].kind, report.faults[0].line)
    assert 0 == report.checked


def test_without_the_witness(whole: Files) -> None:
    """Where the policy asks for a witness, the log's own signature is not enough; the walk is still made."""
    report = _judged(Files(whole.files | {"checkpoint": checkpoint(SIZE, _root(whole), LOG)}))

    assert [Kind.UNSIGNED] == [fault.kind for fault in report.faults]
    assert SIZE == report.checked


def test_cut_short(whole: Files) -> None:
    """A log that an auditor has seen longer lost its end: the first entry that is gone is named."""
    assert (Kind.CUT, "checkpoint", 650, 699) == _said(_first(log_of(ENTRIES[:650]), _head(ENTRIES)))


def test_growth(whole: Files) -> None:
    """Earlier checkpoints of the same log are confirmed, each by its size."""
    sizes = (1, 255, 256, 300, 512, 699, 700)

    assert sizes == _judged(whole, *(_head(ENTRIES[:size]) for size in sizes)).grown_from


def test_a_fork() -> None:
    """A log that was properly signed, and is not the one that was seen before: told from which entry on."""
    other = log_of([*ENTRIES[:300], b"{}", *ENTRIES[301:]])

    assert (Kind.FORK, "checkpoint", 256, 399) == _said(_first(other, _head(ENTRIES[:256]), _head(ENTRIES[:400])))
    assert (300, 300) == _span(_first(other, past_of(log_of(ENTRIES[:400]))))


def test_two_checkpoints_of_one_size(whole: Files) -> None:
    """The same number of entries and another root: one of the two was shown to somebody else."""
    assert "two checkpoints of 700 entries" in _first(whole, _head([*ENTRIES[:-1], b"{}"])).message


def test_an_earlier_checkpoint_must_be_of_this_log(whole: Files) -> None:
    """What the auditor brings is checked, too: signed, and by this log."""
    foreign = checkpoint(1, bytes(32), replace(LOG, name="other.example/log"), origin="other.example/log")
    forged = checkpoint(1, bytes(32), another())
    for data in (foreign, forged):
        with pytest.raises(Malformed):
            _judged(whole, Past(parse_checkpoint(data)))


def _telling(told: bytes) -> dict[str, bytes]:
    """The files of a log whose last entry says what was pruned, without the first bundle."""
    files = log_of([*ENTRIES[:-1], told]).files
    return {path: data for path, data in files.items() if path != "tile/entries/000"}


def test_pruned() -> None:
    """Entries below the minimum index may be withheld: hash tiles stand for them, and the report counts them."""
    kept = _telling(b'{"act":"system:log:prune","det":{"to":256}}')
    report = _judged(Files(kept | {"minimum-index": b"300\n"}))

    assert report.ok
    assert (256, 444) == (report.withheld, report.checked)
    changed = bytearray(kept["tile/0/000"])
    changed[32 * 7] ^= 1
    assert _judged(Files(kept | {"minimum-index": b"300\n", "tile/0/000": bytes(changed)})).faults[0].first == 0
    assert Kind.MISSING is _first(Files(kept | {"minimum-index": b"255\n"})).kind
    assert Kind.BUNDLE is _judged(Files(kept | {"minimum-index": b"-1\n"})).faults[0].kind


@pytest.mark.parametrize(
    "told",
    [
        b"{}",
        b'{"act":"system:log:prune","det":{"to":255}}',
        b'{"act":"system:log:prune","det":{"to":"256"}}',
        b'{"act":"system:log:prune","det":{}}',
        b'{"act":"system:log:prune","det":[',
        b'{"act":"viewer:copy:view","det":{"act":"system:log:prune","to":256}}',
    ],
)
def test_what_the_log_does_not_say_was_pruned_was_taken(told: bytes) -> None:
    """A minimum index is a file that anybody can write: entries are excused by an entry that says so, or not at all."""
    report = _judged(Files(_telling(told) | {"minimum-index": b"256\n"}))
    assert (Kind.MISSING, "minimum-index", 255) == (report.faults[0].kind, report.faults[0].path, report.faults[0].last)


def test_a_changed_entry_excuses_nothing(whole: Files) -> None:
    """Nor does one that was put into the log's place afterwards."""
    kept = {path: data for path, data in whole.files.items() if path != "tile/entries/000"}
    forged = _telling(b'{"act":"system:log:prune","det":{"to":256}}')["tile/entries/002.p/188"]
    report = _judged(Files(kept | {"minimum-index": b"256\n", "tile/entries/002.p/188": forged}))
    assert {"minimum-index", "tile/entries/002.p/188"} == {fault.path for fault in report.faults}


@pytest.mark.parametrize("minimum", [b"700", b"9223372036854775807"])
def test_nobody_withholds_a_whole_log(whole: Files, minimum: bytes) -> None:
    """A minimum index that no server could have hides nothing: what it would excuse is missing."""
    kept = {path: data for path, data in whole.files.items() if not path.startswith("tile/entries/")}
    report = _judged(Files(kept | {"minimum-index": minimum + b"\n"}))

    assert not report.ok
    assert {Kind.BUNDLE, Kind.MISSING} <= {fault.kind for fault in report.faults}


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_line_end_that_is_gone_is_named(whole: Files, line: int) -> None:
    """Whatever stands in its place: the line that it ended, or the next."""
    data = whole.files["checkpoint"]
    at = [i for i, byte in enumerate(data) if byte == ord("\n")][line - 1]
    for byte in set(range(256)) - {ord("\n")}:
        fault = _first(Files(whole.files | {"checkpoint": data[:at] + bytes([byte]) + data[at + 1 :]}))
        assert fault.path == "checkpoint"
        assert fault.line in {line, line + 1}, byte


def test_faults_are_bounded(whole: Files) -> None:
    """Of very many faults the first hundred are told, and that there are more."""
    odd = [b"{}" if i % 2 else each for i, each in enumerate(ENTRIES)]
    report = _judged(Files(log_of(odd).files | _tiles(whole) | _heads(whole)))

    assert (100, True) == (len(report.faults), report.more)
    assert 1 == report.faults[0].first


def _root(log: Files) -> bytes:
    return parse_checkpoint(log.files["checkpoint"]).root


def _tiles(log: Files) -> dict[str, bytes]:
    return {path: data for path, data in log.files.items() if path.startswith(("tile/0", "tile/1"))}


def _heads(log: Files) -> dict[str, bytes]:
    return {"checkpoint": log.files["checkpoint"]}


def _said(fault: Fault) -> tuple[Kind, str, int | None, int | None]:
    return fault.kind, fault.path, fault.first, fault.last


def _span(fault: Fault) -> tuple[int | None, int | None]:
    return fault.first, fault.last
