"""Whose copy leaked: a suspect file in, named copies with bounds on false accusation out, or "not enough evidence".

Promises: a suspect is parsed in a confined process only, and what is kept or shown of it are pictures made of pixels; a
trace ends once, with one event that holds the hash of its results; it may be run again after a crash and comes to the
same end; pages, originals, candidates and time are bounded, and what was left out is told. Nobody is named by this
package: it knows copies.

How a page of the suspect is looked at:

1. **Blind.** The repeating layer of the hidden mark is read under every key. An id counts only if it was served; where
   the code can't be decoded, it is held against the codes of all that were served.
2. **Which original.** What the file calls itself (/ID) and what was read blind say which versions to look at; otherwise
   every page that copies were made of is ranked by likeness, and the first ORIGINALS_TRIED are tried.
3. **Informed.** The suspect is registered to each of them and both layers are scored against all copies of it.
4. **Visible.** The text that is left on it is compared with what was drawn for the copies that the mark speaks for.
   Where it speaks for none, a machine reads the text, and the copies whose facts stand there are leads. Anybody can
   draw a text: it is told beside the rest, and names nobody.

`evidence` says what the looks come to. Leaves the queue to a worker, and names to whoever may read them.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from compliance import ledger
from compliance.events import Act, Event, Result
from compliance.keys import KeyRing
from compliance.marks import DOCUMENT_PAGE, asset_of
from compliance.media_types import PDF
from compliance.reading.processes import Looker
from compliance.rendering import BaseOf, RawPage, Renderer, Seal, Sealer
from compliance.tracing.evidence import DECISIVE, FALSE_ACCUSATION_MAX, Kind, Piece, weigh
from compliance.tracing.examiner import TELLING_BOUND_MAX, Examiner, Registered, examining
from compliance.tracing.results import Match, Results, SuspectPage, picture_key, stored
from compliance.tracing.visible import Lineup, seal_of
from compliance.tracing.words import Words, chance_of
from storage.database import Database
from storage.errors import ObjectMissing, StorageError
from storage.objects import ObjectStore
from storage.rows import copies, traces
from storage.rows.copies import CopyRow, Narrowing, PageRow
from storage.rows.traces import TraceRow
from watermark.decoys import decoys
from watermark.errors import RenderBusy, SourceIncomplete, WatermarkError

SUSPECT_PAGES_MAX = 8  # of a longer document, so many spread over it
SUSPECT_PIXELS_MAX = 48_000_000  # of all of them, which are in memory together: 144 MB
PICTURE_LONG_SIDE_PX = 4096
DOCUMENT_LONG_SIDE_PX = 2000
ORIGINALS_TRIED = 5  # for one page of the suspect
VOTES_MIN = 8
VOTES_SHARE = 0.4  # of the likeliest page's votes: what has fewer is not worth the time
FITTED_MAX = 3  # copies on one page whose visible text is compared
FIT_MIN = 5.0  # deviations of the decoys
LOOK_UNTIL_S = 240.0  # a page that was not begun by then is left out
INDEXED_AT_ONCE = 400  # pages that a trace itself makes findable; the rest wait for `index`
RENDITION_BYTES_MAX = 128 << 20
ID_SPACE = 1 << 48
JPEG = "image/jpeg"
BROKEN = "internal-error"
PASSING = (RenderBusy, SourceIncomplete)

log = structlog.get_logger(__name__)


@dataclass
class Notes:
    """What a trace has come to so far."""

    looks: int = 0
    pieces: list[Piece] = field(default_factory=list)
    pages: list[SuspectPage] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trace under way: where to look, and what there is to look at; `served` are copy ids by their key."""

    row: TraceRow
    where: Narrowing
    copies_total: int
    served: Mapping[int, Sequence[int]]
    originals: Sequence[PageRow]
    lineup: Lineup
    notes: Notes = field(default_factory=Notes)


class Tracer:
    """Traces, one call each; keeps nothing between two calls."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        renderer: Renderer,
        sealer: Sealer,
        keys: KeyRing,
        clock: Callable[[], datetime],
        looker: Looker | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without a `looker` no text is read."""
        self._database, self._objects, self._renderer = database, objects, renderer
        self._sealer, self._keys, self._clock, self._now_s = sealer, keys, clock, now_s
        self._looker = looker

    async def trace(self, trace_id: UUID) -> None:
        """Brings the trace to `done` or `failed`; does nothing for one that is there already, or is unknown.

        Raises StorageError, OSError, RenderBusy or SourceIncomplete when it has to be tried again later; whatever else
        goes wrong ends the trace as failed.
        """
        async with self._database.transaction() as tx:
            row = await traces.trace_by_id(tx, trace_id)
        if row is None or row.state in ("done", "failed") or row.object_key is None:
            return
        try:
            results = await self._investigated(row)
        except PASSING:
            raise
        except WatermarkError as error:
            log.warning("trace failed", trace_id=str(trace_id), slug=error.slug)
            await self._end(row, failure=error.slug)
        except (StorageError, OSError):
            raise
        except Exception:  # a defect of ours is no reason to leave an auditor waiting
            log.exception("trace broke off", trace_id=str(trace_id))
            await self._end(row, failure=BROKEN)
        else:
            await self._end(row, results=results)

    async def index(self, limit: int = INDEXED_AT_ONCE) -> int:
        """Makes pages findable that are not yet, the oldest first; how many."""
        async with self._database.transaction() as tx:
            found = await copies.pages_without_features(tx, limit)
        if found:
            async with examining() as examiner:
                for page in found:
                    await self._indexed(examiner, page)
        return len(found)

    async def _investigated(self, row: TraceRow) -> Results:
        until_s = self._now_s() + LOOK_UNTIL_S
        pages, file_ids = await self._drawn(row)
        async with examining() as examiner:
            case = await self._case(examiner, row)
            total = 2 * len(pages)
            await self._step(row, 0, total)
            await self._called(case, file_ids)
            for number, page in enumerate(pages):
                if number and self._now_s() > until_s:
                    break
                await self._page(examiner, case, page, number, total)
        verdict = weigh(case.notes.pieces, case.notes.looks)
        return Results(
            pages_total=pages[0].page_count,
            copies_considered=case.copies_total,
            originals_considered=len(case.originals),
            looks=case.notes.looks,
            closest=verdict.closest,
            pages=tuple(case.notes.pages),
            named=verdict.named,
            leads=verdict.leads,
        )

    async def _drawn(self, row: TraceRow) -> tuple[list[RawPage], tuple[str, ...]]:
        long_side_px = DOCUMENT_LONG_SIDE_PX if row.media_type == PDF else PICTURE_LONG_SIDE_PX
        async with aclosing(self._objects.read(row.object_key or "")) as source:
            return await self._renderer.suspect(
                source,
                size_bytes=row.size_bytes,
                media_type=row.media_type,
                long_side_px=long_side_px,
                pages_max=SUSPECT_PAGES_MAX,
                pixels_max=SUSPECT_PIXELS_MAX,
            )

    async def _case(self, examiner: Examiner, row: TraceRow) -> Case:
        where = Narrowing(material_id=row.material_id, share_id=row.share_id, since=row.since, until=row.until)
        async with self._database.transaction() as tx:
            copies_total = await copies.count_copies(tx, where)
            originals = list(await copies.served_pages(tx, where))
            served = await copies.copy_ids(tx, where)
        missing = [at for at, page in enumerate(originals) if page.features is None][:INDEXED_AT_ONCE]
        for at in missing:
            originals[at] = await self._indexed(examiner, originals[at])
        return Case(
            row=row,
            where=where,
            copies_total=copies_total,
            served=served,
            originals=originals,
            lineup=Lineup(where),
        )

    async def _indexed(self, examiner: Examiner, page: PageRow) -> PageRow:
        try:
            features = await examiner.features(await self._original(page))
        except ObjectMissing:
            log.warning("page lost", object_key=page.object_key)
            features = b""  # like nothing; traces and later pages go on
        async with self._database.transaction() as tx:
            await copies.put_features(tx, page.version_id, page.page, features)
        return PageRow(**{**vars(page), "features": features})

    async def _called(self, case: Case, file_ids: Iterable[str]) -> None:
        """Copies that a PDF calls itself by (/ID): whoever edits the file can change that, and chance can't hit it."""
        ids = [int(each, 16) for each in file_ids if int(each, 16) < ID_SPACE]
        if not ids:
            return
        case.notes.looks += 1
        bound = min(1.0, len(ids) * case.copies_total / ID_SPACE)
        for copy_id in await self._served(case, ids):
            piece = Piece(kind=Kind.FILE_ID, copy_id=copy_id, score=0.0, false_accusation=bound)
            case.notes.pieces.append(piece)

    async def _page(self, examiner: Examiner, case: Case, page: RawPage, number: int, total: int) -> None:
        shown = await examiner.show(page)
        await self._put(case.row, page.page, "suspect", shown)
        await self._blind(examiner, case, page)
        await self._step(case.row, 2 * number + 1, total)
        original, found = await self._best_original(examiner, case, page)
        pictures: tuple[str, ...] = ("suspect",)
        legible = [shown]
        if original is not None and found is not None and found.homography is not None:
            made = await examiner.pictures(await self._original(original), found.homography)
            for name in ("original", "aligned", "difference"):
                await self._put(case.row, page.page, name, getattr(made, name))
                pictures += (name,)
            legible.append(made.difference)  # the mark without the page
            await self._visible(examiner, case, page, original, found)
        if not any(_speaks(each, page.page) for each in case.notes.pieces):
            await self._read(case, page, original, legible)
        case.notes.pages.append(
            SuspectPage(
                suspect_page=page.page,
                width_px=page.width_px,
                height_px=page.height_px,
                match=_match(original, found),
                pictures=pictures,
            )
        )
        await self._step(case.row, 2 * number + 2, total)

    async def _blind(self, examiner: Examiner, case: Case, page: RawPage) -> None:
        case.notes.looks += 2  # what is decoded, and what is told from a list
        readings = await examiner.blind(self._keys.hidden_secrets, case.served)
        telling = [each for each in readings if each.bound <= TELLING_BOUND_MAX]
        served = await self._served(case, [each.copy_id for each in telling])
        case.notes.pieces += [
            Piece(
                kind=Kind.BLIND,
                copy_id=each.copy_id,
                suspect_page=page.page,
                score=each.score,
                false_accusation=each.bound,
                kid=each.kid,
            )
            for each in telling
            if each.copy_id in served and served[each.copy_id].kid == each.kid
        ]

    async def _visible(
        self, examiner: Examiner, case: Case, page: RawPage, original: PageRow, found: Registered
    ) -> None:
        """Whether the text on the suspect fits what was drawn for the copies that its hidden mark speaks for."""
        telling = [each.copy_id for each in found.readings if each.bound <= TELLING_BOUND_MAX][:FITTED_MAX]
        body = await self._original(original)
        for copy in (await self._served(case, telling)).values():
            async with self._database.transaction() as tx:
                seal = await seal_of(tx, self._keys.master, copy)
            if seal is None:
                continue
            stamps = [seal.stamp, *decoys(seal.stamp)]
            drawn = [await self._sealer.seal(BaseOf.given(body), Seal(each, seal.look)) for each in stamps]
            score = await examiner.fit(body, drawn, found.homography or ())
            if score >= FIT_MIN:
                piece = Piece(
                    kind=Kind.VISIBLE,
                    copy_id=copy.copy_id,
                    suspect_page=page.page,
                    page=original.page,
                    score=score,
                    false_accusation=1.0,
                )
                case.notes.pieces.append(piece)

    async def _read(self, case: Case, page: RawPage, original: PageRow | None, pictures: Iterable[bytes]) -> None:
        """Copies whose facts a machine reads on the page. Text that can't be read points to nobody."""
        if self._looker is None:
            return
        try:
            words = Words.of([line for each in pictures for line in await self._looker.words(each)])
        except PASSING:
            raise
        except WatermarkError as error:
            log.warning("text of a suspect not read", trace_id=str(case.row.id), slug=error.slug)
            return
        async with self._database.transaction() as tx:
            pointed = await case.lineup.pointed_by(tx, words, original.version_id if original else None)
            for copy in pointed:
                seal = await seal_of(tx, self._keys.master, copy)
                facts = words.agrees(seal.stamp) if seal else frozenset()
                bound = chance_of(facts, case.copies_total)
                if bound <= FALSE_ACCUSATION_MAX:
                    case.notes.pieces.append(
                        Piece(
                            kind=Kind.TEXT,
                            copy_id=copy.copy_id,
                            suspect_page=page.page,
                            page=original.page if original else 0,
                            score=len(facts),
                            false_accusation=bound,
                        )
                    )

    async def _best_original(
        self, examiner: Examiner, case: Case, page: RawPage
    ) -> tuple[PageRow | None, Registered | None]:
        """The likeliest page that the suspect could be laid over, or the one that said something; all is noted."""
        best: tuple[PageRow | None, Registered | None] = (None, None)
        for original in await self._likely(examiner, case):
            try:
                found = await self._informed(examiner, case, page, original)
            except ObjectMissing:
                log.warning("page lost", object_key=original.object_key)
                continue
            if found.homography is None:
                continue
            if best[1] is None or found.telling > best[1].telling:
                best = (original, found)
            if found.telling:
                break
        return best

    async def _likely(self, examiner: Examiner, case: Case) -> list[PageRow]:
        """The originals to try, the likeliest first."""
        pointed = await self._served(case, {each.copy_id for each in case.notes.pieces})
        versions = {copy.version_id for copy in pointed.values()}
        known = [each for each in case.originals if each.version_id in versions] or list(case.originals)
        votes = await examiner.votes([each.features or b"" for each in known])
        ranked = sorted(zip(votes, range(len(known)), strict=True), key=lambda pair: (-pair[0], pair[1]))
        least = max(VOTES_MIN, ranked[0][0] * VOTES_SHARE) if ranked else 0
        return [known[at] for place, (count, at) in enumerate(ranked[:ORIGINALS_TRIED]) if not place or count >= least]

    async def _informed(self, examiner: Examiner, case: Case, page: RawPage, original: PageRow) -> Registered:
        """One original against all copies of its version; the registration that says something, or the first."""
        async with self._database.transaction() as tx:
            candidates = await copies.copy_ids(tx, case.where, original.version_id)
        body, secrets = await self._original(original), self._keys.hidden_secrets
        # A page image carries a pattern of its own, the pages of a spliced PDF the one of the document.
        assets = [asset_of(original.version_sha256, each) for each in (original.page, DOCUMENT_PAGE)]
        best: Registered | None = None
        for kid, ids in candidates.items():
            case.notes.looks += 1
            trials = 1 + SUSPECT_PAGES_MAX * (2 + ORIGINALS_TRIED * len(secrets))
            found = await examiner.informed(body, ids, kid=kid, secret=secrets[kid], assets=assets, trials=trials)
            await self._note(case, page, original, found)
            if best is None or found.telling > best.telling:
                best = found
            if found.telling:
                break
        return best or Registered(homography=None, inliers=0, width_px=0, height_px=0, readings=())

    async def _note(self, case: Case, page: RawPage, original: PageRow, found: Registered) -> None:
        """What was read, of copies that were served. What was laid over nothing was read blind, whatever was tried."""
        served = await self._served(case, [each.copy_id for each in found.readings])
        placed = found.homography is not None
        case.notes.pieces += [
            Piece(
                kind=Kind.INFORMED if placed else Kind.BLIND,
                copy_id=each.copy_id,
                suspect_page=page.page,
                page=original.page if placed else 0,
                score=each.score,
                false_accusation=each.bound,
                kid=each.kid,
            )
            for each in found.readings
            if each.copy_id in served
        ]

    async def _served(self, case: Case, ids: Iterable[int]) -> dict[int, CopyRow]:
        wanted = set(ids)
        if not wanted:
            return {}
        async with self._database.transaction() as tx:
            return await copies.copies_by_id(tx, wanted, case.where)

    async def _original(self, page: PageRow) -> bytes:
        return await self._objects.read_all(page.object_key, limit_bytes=RENDITION_BYTES_MAX)

    async def _put(self, row: TraceRow, page: int, name: str, jpeg: bytes) -> None:
        await self._objects.put(picture_key(row.id, page, name), jpeg, media_type=JPEG)

    async def _step(self, row: TraceRow, done: int, total: int) -> None:
        async with self._database.transaction() as tx:
            await traces.set_steps(tx, row.id, done=done, total=total)

    async def _end(self, row: TraceRow, *, results: Results | None = None, failure: str | None = None) -> None:
        """The results and their event together; nothing if somebody else was faster."""
        document = stored(results) if results else None
        outcome: traces.Outcome | None = None
        det: dict[str, str | int] = {"sha256": row.sha256, "outcome": failure or "not_enough"}
        if results is not None:
            outcome = "found" if results.named else "not_enough"
            canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
            det |= {
                "outcome": outcome,
                "copies": " ".join(f"{each.copy_id:012x}" for each in results.named),
                "results_sha256": hashlib.sha256(canonical.encode()).hexdigest(),
            }
        now = self._clock()
        async with self._database.transaction() as tx:
            if not await traces.end_trace(tx, row.id, now=now, outcome=outcome, results=document, failure=failure):
                return
            event = Event(
                act=Act.SYSTEM_TRACE_END,
                res=Result.ERROR if failure else Result.ALLOW,
                role="system",
                obj=f"trace:{row.id}",
                det=det,
            )
            await ledger.append(tx, event, now=now)


def _speaks(piece: Piece, suspect_page: int) -> bool:
    """Whether it is a hidden mark on this page, and says something."""
    told = piece.suspect_page == suspect_page and piece.kind in DECISIVE
    return told and piece.false_accusation <= TELLING_BOUND_MAX


def _match(original: PageRow | None, found: Registered | None) -> Match | None:
    if original is None or found is None or found.homography is None:
        return None
    return Match(
        version_id=str(original.version_id),
        version_sha256=original.version_sha256,
        page=original.page,
        width_px=found.width_px,
        height_px=found.height_px,
        homography=found.homography,
        inliers=found.inliers,
    )
