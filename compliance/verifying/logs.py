"""One log, judged as a whole: its head, the walk down to every entry, and what an auditor kept from earlier."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from compliance.verifying.blaming import mend
from compliance.verifying.checkpoints import Checkpoint, parse_checkpoint
from compliance.verifying.encodings import decimal
from compliance.verifying.errors import BadSignature, Malformed, NotVouchedFor
from compliance.verifying.faults import Fault, Kind
from compliance.verifying.growth import Past, grown, narrowed
from compliance.verifying.layout import CHECKPOINT, MINIMUM_INDEX
from compliance.verifying.notes import NOTE_BYTES_MAX
from compliance.verifying.policies import Policy, Verdict
from compliance.verifying.sources import Source
from compliance.verifying.tiles import Tiles
from compliance.verifying.trees import Walk

FAULTS_MAX = 100
NUMBER_BYTES_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Report:
    """What came of it. `faults` are sorted by the first entry in question; `more` says that they are not all."""

    origin: str = ""
    size: int = 0
    root: bytes = b""
    signed_by: tuple[str, ...] = ()
    witnesses: Mapping[str, int] = field(default_factory=dict)
    checked: int = 0
    withheld: int = 0
    grown_from: tuple[int, ...] = ()  # sizes of the earlier checkpoints that this log continues
    faults: tuple[Fault, ...] = ()
    more: bool = False

    def with_faults(self, more: Sequence[Fault]) -> "Report":
        """The same with what was found beside the log; the first hundred stay."""
        faults = _in_order([*self.faults, *more])
        return replace(self, faults=faults[:FAULTS_MAX], more=self.more or len(faults) > FAULTS_MAX)

    @property
    def ok(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.faults


def verify_log(
    source: Source,
    policy: Policy,
    *,
    since: Sequence[Past] = (),
    begun: Callable[[int], None] = lambda _: None,
    told: Callable[[int], None] = lambda _: None,
) -> Report:
    """Reads all of a log and says what is wrong with it. `begun` hears its size, `told` how many entries are done.

    `since` holds what the auditor kept: earlier checkpoints, or whole earlier bundles. Raises Malformed for one of
    these that is itself no good, OSError when the source fails.
    """
    head, verdict, faults = _head(source, policy)
    if head is None:
        return Report(faults=tuple(faults))
    for past in since:
        _require_of_this_log(past, head, policy)
    minimum, unreadable = _minimum(source, head.size)
    faults += unreadable
    begun(head.size)
    walk = Walk(source, head.size, head.root, minimum=minimum, told=told)
    walked = list(islice(walk.faults(), FAULTS_MAX + 1))
    faults += _taken(walk)
    good, bad = grown(walk.tiles, since, walked)
    faults += narrowed(walk.tiles, since, good, walked[:FAULTS_MAX]) + bad
    return Report(
        origin=head.origin,
        size=head.size,
        root=head.root,
        signed_by=verdict.logs,
        witnesses=verdict.witnesses,
        checked=walk.checked,
        withheld=walk.withheld,
        grown_from=good,
        faults=_in_order(faults),
        more=len(walked) > FAULTS_MAX,
    )


def _in_order(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: -1 if fault.first is None else fault.first))


def _head(source: Source, policy: Policy) -> tuple[Checkpoint | None, Verdict, list[Fault]]:
    """The head that a known log signed, if there is one: mended where one line was changed, which is then a fault."""
    nobody = Verdict((), {})
    data = source.get(CHECKPOINT, NOTE_BYTES_MAX)
    if data is None:
        return None, nobody, [Fault(kind=Kind.MISSING, path=CHECKPOINT, message="there is no checkpoint")]
    try:
        head = parse_checkpoint(data)
    except Malformed as error:
        return None, nobody, [_at(Kind.CHECKPOINT, error)]
    try:
        return head, policy.judge(head.note, head.origin), []
    except (BadSignature, NotVouchedFor) as error:
        return _doubted(source, policy, head, error)


def _doubted(
    source: Source, policy: Policy, head: Checkpoint, error: Malformed
) -> tuple[Checkpoint | None, Verdict, list[Fault]]:
    fault = _at(Kind.UNSIGNED if isinstance(error, NotVouchedFor) else Kind.CHECKPOINT, error)
    try:
        return head, Verdict(policy.signers(head.note, head.origin), {}), [fault]
    except (BadSignature, NotVouchedFor):
        mended = mend(head, policy, lambda size: Tiles(source, size).root_at(size))
    if mended is None:
        return None, Verdict((), {}), [fault]
    message = f"line {mended.line} was changed after it was signed"
    changed = Fault(kind=Kind.CHECKPOINT, path=CHECKPOINT, message=message, line=mended.line)
    signed = mended.checkpoint
    return signed, Verdict(policy.signers(signed.note, signed.origin), {}), [changed]


def _at(kind: Kind, error: Malformed) -> Fault:
    return Fault(kind=kind, path=CHECKPOINT, message=str(error), line=error.line)


def _require_of_this_log(past: Past, head: Checkpoint, policy: Policy) -> None:
    if past.head.origin != head.origin:
        raise Malformed(f"the earlier checkpoint is of {past.head.origin}, not of {head.origin}")
    policy.signers(past.head.note, past.head.origin)


def _taken(walk: Walk) -> list[Fault]:
    """Entries that are withheld although no entry that is there says that they were pruned."""
    if walk.withheld_end <= walk.pruned_to:
        return []
    message = f"entries below {walk.withheld_end} are withheld, and the log says that those below {walk.pruned_to} were"
    first, last = walk.pruned_to, walk.withheld_end - 1
    return [Fault(kind=Kind.MISSING, path=MINIMUM_INDEX, message=message, first=first, last=last, line=1)]


def _minimum(source: Source, size: int) -> tuple[int, list[Fault]]:
    """Below which entries may be withheld; the last entry of a log never is."""
    data = source.get(MINIMUM_INDEX, NUMBER_BYTES_MAX)
    if data is None:
        return 0, []
    try:
        minimum = decimal(data.decode("ascii", "replace").removesuffix("\n"))
        if minimum and minimum >= size:
            raise Malformed(f"no log of {size} entries withholds what is below {minimum}")
    except Malformed as error:
        return 0, [Fault(kind=Kind.BUNDLE, path=MINIMUM_INDEX, message=str(error), line=1)]
    return minimum, []
