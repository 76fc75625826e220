"""Whose signatures are enough (C2SP tlog-policy): known logs, known witnesses, and the quorum among these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compliance.verifying.encodings import decimal
from compliance.verifying.errors import Malformed, NotVouchedFor
from compliance.verifying.keys import KINDS, LOG, WITNESS, VerifierKey, parse_vkey
from compliance.verifying.notes import Note

POLICY_BYTES_MAX = 1_000_000
DEFINED_MAX = 100  # logs, witnesses and groups together
NONE = "none"


@dataclass(frozen=True)
class Group:
    """It vouches when `threshold` of its members do."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Who vouches for a note: names of keys of the log, witnesses with the time of each."""

    logs: tuple[str, ...]
    witnesses: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Any log signs, and witnesses up to the quorum; a quorum of None asks for none."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str | None = None

    def judge(self, note: Note, origin: str) -> Verdict:
        """Who vouches for a note of the log `origin`. Raises BadSignature, NotVouchedFor."""
        signing = self.signers(note, origin)
        times = {name: time for name, key in self.witnesses.items() if (time := key.signed(note)) is not None}
        if self.quorum is not None and not self._vouches(self.quorum, times):
            by = ", ".join(times) or "nobody"
            raise NotVouchedFor(f"the quorum {self.quorum} is not reached: cosigned by {by}", self._stranger(note))
        return Verdict(signing, times)

    def signers(self, note: Note, origin: str) -> tuple[str, ...]:
        """Which of the log's keys signed, as name+id, whatever witnesses did. Raises BadSignature, NotVouchedFor."""
        keys = [key for key in self.logs if key.name == origin and key.signed(note) is not None]
        if not keys:
            raise NotVouchedFor(f"no signature by a known key of {origin}", note.signatures[0].line)
        return tuple(f"{key.name}+{key.key_id.hex()}" for key in keys)

    def _stranger(self, note: Note) -> int | None:
        """The first line by nobody who is known: where a cosignature is missing, it may have been that."""
        known = {each.line for key in (*self.logs, *self.witnesses.values()) for each in key.signatures(note)}
        return next((each.line for each in note.signatures if each.line not in known), None)

    def _vouches(self, name: str, times: Mapping[str, int]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in times
        return sum(self._vouches(member, times) for member in group.members) >= group.threshold


def policy_of(keys: Iterable[VerifierKey]) -> Policy:
    """A policy of keys alone; witnesses among them are not required."""
    known = tuple(keys)
    return Policy(
        logs=tuple(key for key in known if key.kind == LOG),
        witnesses={key.name: key for key in known if key.kind == WITNESS},
    )


def parse_policy(data: bytes) -> Policy:
    """A policy file. Raises Malformed with its line."""
    if len(data) > POLICY_BYTES_MAX:
        raise Malformed(f"longer than {POLICY_BYTES_MAX} bytes")
    reading = _Reading()
    for number, line in enumerate(data.split(b"\n"), 1):
        if any((byte < 0x20 and byte != 0x09) or byte == 0x7F for byte in line):  # noqa: PLR2004  # ASCII's controls, but tab
            raise Malformed("a control character", number)
        words = line.decode("utf-8", "surrogateescape").replace("\t", " ").split(" ")
        reading.take([word for word in words if word], number)
    if not reading.quorum_seen:
        raise Malformed("no quorum line")
    return Policy(logs=tuple(reading.logs), witnesses=reading.witnesses, groups=reading.groups, quorum=reading.quorum)


class _Reading:
    """What stood in the lines so far."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.quorum_seen = False
        self._members: set[str] = set()

    def take(self, words: list[str], line: int) -> None:
        """One line's words. Raises Malformed."""
        if len(self.logs) + len(self.witnesses) + len(self.groups) > DEFINED_MAX:
            raise Malformed(f"more than {DEFINED_MAX} logs, witnesses and groups", line)
        match words:
            case []:
                return
            case [comment, *_] if comment.startswith("#"):
                return
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, LOG, line))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._require_new(name, line)
                self.witnesses[name] = self._key(vkey, WITNESS, line)
            case ["group", name, threshold, *members] if members:
                self._require_new(name, line)
                self.groups[name] = self._group(threshold, members, line)
            case ["quorum", name] if not self.quorum_seen:
                self.quorum, self.quorum_seen = self._quorum(name, line), True
            case _:
                raise Malformed("not a line of a policy", line)

    def _key(self, vkey: str, kind: int, line: int) -> VerifierKey:
        try:
            key = parse_vkey(vkey)
        except Malformed as error:
            raise Malformed(str(error), line) from None
        if key.kind != kind:
            raise Malformed(f"the key of a {KINDS[kind]} is wanted here", line)
        if key.public in {each.public for each in (*self.logs, *self.witnesses.values())}:
            raise Malformed("a key that stands there already", line)
        return key

    def _group(self, threshold: str, members: list[str], line: int) -> Group:
        for member in members:
            if member in self._members or member not in {*self.witnesses, *self.groups}:
                raise Malformed(f"{member} is not defined above, or is a member already", line)
            self._members.add(member)
        needed = {"all": len(members), "any": 1}.get(threshold)
        needed = decimal(threshold, line) if needed is None else needed
        if not 1 <= needed <= len(members):
            raise Malformed(f"{needed} of {len(members)}", line)
        return Group(needed, tuple(members))

    def _quorum(self, name: str, line: int) -> str | None:
        if name != NONE and name not in {*self.witnesses, *self.groups}:
            raise Malformed(f"{name} is not defined above", line)
        return None if name == NONE else name

    def _require_new(self, name: str, line: int) -> None:
        if name == NONE or name in {*self.witnesses, *self.groups}:
            raise Malformed(f"the name {name} is taken", line)
