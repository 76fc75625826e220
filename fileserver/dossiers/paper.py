"""The dossier as a PDF: a material's whole story, section by section, and where the ledger has it.

Promises that the same file gives the same bytes; texts that people have typed are drawn with glyphs that the face has.
Leaves what is known to `gathering`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from compliance.certificate_numbers import CertificateKind
from compliance.declaring import certificate_of
from compliance.reviewing.signatures import Examined
from fileserver.answers import FindingOut
from fileserver.dossiers.gathering import EVENTS_MAX, PLEDGES_MAX, SEEN_MAX, SHARES_MAX, File, Registered, Told
from fileserver.dossiers.promising import promised
from fileserver.i18n import Language, has_message, translate
from fileserver.sheets import INK, QUIET, TITLE_PT, Sheet
from fileserver.sizes import human_size
from storage.rows.declarations import EvidenceRow, StandingCertificate
from storage.rows.recalls import SeenRow
from storage.rows.reviews import ReviewRow
from storage.rows.shares import ShareRow
from storage.rows.versions import FindingRow, VersionRow
from watermark.lettering import drawable

CHINA_TIME = timezone(timedelta(hours=8))
TEXT_CHARS_MAX = 2_000


def paper(file: File, language: Language, brand: str) -> bytes:
    """The dossier. Takes a second or some: not for the event loop."""
    sheet = _Paper(file, language, brand)
    sheet.cover()
    sheet.declared()
    sheet.proofs()
    for version in file.versions:
        sheet.version(version)
    sheet.doors()
    sheet.promises()
    sheet.seen()
    sheet.inside()
    sheet.events()
    return sheet.body()


class _Paper(Sheet):
    """The dossier's sections."""

    def __init__(self, file: File, language: Language, brand: str) -> None:
        super().__init__(
            language,
            title=translate(language, "dossier-title"),
            mark=str(file.material.id),
            brand=brand,
            made_at=file.made_at,
        )
        self._file = file

    def cover(self) -> None:
        """The material itself, and its end if it was withdrawn."""
        file, material = self._file, self._file.material
        self.style(TITLE_PT, INK)
        self.flow(self.t("dossier-title"), TITLE_PT)
        self.note(self.t("dossier-made", at=local_time(file.made_at)))
        self.heading(self.t("dossier-material"))
        self.facts(
            (
                (self.t("dossier-name"), drawable(material.title)),
                ("ID", str(material.id)),
                (self.t("dossier-class"), self._word("class", material.material_class)),
                (self.t("dossier-owner"), self._name(material.owner_id)),
                (self.t("dossier-created"), local_time(material.created_at)),
                (self.t("dossier-description"), drawable(material.description[:TEXT_CHARS_MAX])),
            )
        )
        if material.withdrawn_at is not None:
            self.subheading(self.t("dossier-withdrawn"))
            self.facts(
                (
                    (self.t("dossier-at"), local_time(material.withdrawn_at)),
                    (self.t("dossier-by"), self._name(material.withdrawn_by)),
                    (self.t("dossier-reason"), drawable(material.withdrawn_reason or "")),
                )
            )

    def declared(self) -> None:
        """What was declared, revision by revision, and what the register says of each certificate."""
        self.heading(self.t("dossier-declarations"))
        if not self._file.declarations:
            self.paragraph(self.t("dossier-none"))
        for row, certificates in self._file.declarations:
            self.subheading(self.t("dossier-revision", number=row.revision, at=local_time(row.declared_at)))
            self.facts(
                (
                    (self.t("dossier-by"), self._name(row.declared_by)),
                    (self.t("declaration-product"), drawable(row.product)),
                    (self.t("declaration-region"), drawable(row.region)),
                    (self.t("declaration-campaign"), drawable(row.campaign)),
                    *((self._kind(each.kind), self._certificate(each)) for each in certificates),
                )
            )
        for entry in self._file.registered:
            self._registered(entry)

    def _registered(self, entry: Registered) -> None:
        row = entry.row
        self.subheading(f"{self.t('dossier-register')}: {row.number}")
        self.facts(
            (
                (self._kind(row.kind), row.number),
                (self.t("certificate-holder"), drawable(row.holder)),
                (self.t("certificate-product"), drawable(row.product)),
                (self.t("certificate-scope"), drawable(row.scope)),
                (self.t("certificate-valid"), f"{row.valid_from} – {row.valid_until or self.t('certificate-no-end')}"),
                (self.t("certificate-status"), self._word("certificate-status", row.status)),
            )
        )
        for change in reversed(entry.changes):
            by, at = self._name(change.changed_by), local_time(change.changed_at)
            until, status = change.facts.get("valid_until") or "–", str(change.facts.get("status", ""))
            words = self._word("certificate-status", status)
            self.note(f"{change.revision}. {at} · {by} · {words} · {until} · {drawable(change.reason)}".rstrip(" ·"))

    def proofs(self) -> None:
        """The files that were attached, with their hashes; removed ones too."""
        self.heading(self.t("dossier-evidence"))
        if not self._file.evidence:
            self.paragraph(self.t("dossier-none"))
        for row in self._file.evidence:
            self.subheading(f"{self._word('evidence-kind', row.kind)} · {drawable(row.filename)}")
            self.facts(
                (
                    ("SHA-256", row.sha256),
                    (self.t("dossier-size"), human_size(row.size_bytes)),
                    (self.t("dossier-by"), f"{self._name(row.added_by)} · {local_time(row.added_at)}"),
                    (self.t("evidence-note"), drawable(row.note)),
                    (self.t("evidence-removed"), self._removed(row)),
                )
            )

    def version(self, version: VersionRow) -> None:
        """One version: its bytes, what was found, and what was decided."""
        self.heading(self.t("dossier-version", number=version.number))
        self.facts(
            (
                ("SHA-256", version.sha256),
                (self.t("dossier-file"), drawable(version.filename)),
                (self.t("dossier-type"), version.media_type),
                (self.t("dossier-size"), f"{human_size(version.size_bytes)} ({version.size_bytes} B)"),
                (self.t("dossier-pages"), str(version.pages_total or "")),
                (self.t("dossier-by"), f"{self._name(version.uploader_id)} · {local_time(version.created_at)}"),
                (self.t("dossier-state"), self._word("state", version.state)),
                (self.t("dossier-declared-as"), str(version.declaration_revision or "")),
            )
        )
        signed, newest = self._file.signed_over.get(version.id), self._file.findings.get(version.id, ())
        self._findings(
            "dossier-findings" if signed is None else "dossier-findings-signed", newest if signed is None else signed
        )
        since = [] if signed is None else _not_among(newest, signed)
        if since:
            self._findings("dossier-findings-since", since)
        self.subheading(self.t("dossier-reviews"))
        decided = self._file.reviews.get(version.id, ())
        for review in decided:
            self._review(review)
        if not decided:
            self.paragraph(self.t("dossier-none"))

    def _findings(self, heading: str, findings: Sequence[FindingRow]) -> None:
        self.subheading(self.t(heading))
        for finding in findings:
            self._finding(finding)
        if not findings:
            self.paragraph(self.t("dossier-none"))

    def _finding(self, row: FindingRow) -> None:
        said = FindingOut.of(row, self._language)
        page = row.place.get("page")
        where = f" · {self.t('dossier-page', page=str(page))}" if page is not None else ""
        quote = f" · “{drawable(row.quote)}”" if row.quote else ""
        self.paragraph(f"– [{self._word('severity', row.severity)}] {row.rule}{where}: {drawable(said.message)}{quote}")
        decided = f" · {self._name(row.decided_by)} · {local_time(row.decided_at)}" if row.decided_by else ""
        reason = f" · {drawable(row.reason)}" if row.reason else ""
        basis = f" · {drawable(said.basis)}" if said.basis else ""
        self.note(f"   {self._word('finding-state', row.state)}{decided}{reason}{basis}")

    def _review(self, row: ReviewRow) -> None:
        self.facts(
            (
                (self.t("dossier-submitted"), f"{self._name(row.submitted_by)} · {local_time(row.submitted_at)}"),
                (self.t("dossier-decision"), self._word("state", row.state)),
                (self.t("dossier-by"), f"{self._name(row.decided_by)} · {local_time(row.decided_at)}".strip(" ·")),
                (self.t("dossier-reason"), drawable(row.reason)),
                (self.t("dossier-bound"), f"{row.sha256} · {row.rule_set_version}"),
                *((self.t("dossier-signature"), self._signature(each)) for each in self._file.signed.get(row.id, ())),
            )
        )
        comments = self._file.comments.get(row.id, ())
        if comments:
            self.note(self.t("dossier-comments"))
        for comment in comments:
            page = comment.place.get("page")
            where = f" · {self.t('dossier-page', page=str(page))}" if page is not None else ""
            by, at = self._name(comment.person_id), local_time(comment.created_at)
            self.note(f"   – {by} · {at}{where}: {drawable(comment.body)}")
        self.ln(1)

    def _signature(self, signed: Examined) -> str:
        row = signed.row
        parts = [
            drawable(signed.name) or self.t("page-erased"),
            local_time(row.signed_at),
            f"{self.t(f'discipline-{row.discipline}')}: {self._word('meaning', row.meaning)}",
            self.t("dossier-on-behalf", name=self._name(row.on_behalf_of)) if row.on_behalf_of else "",
            drawable(row.reason),
            *(self.t(f"signature-fault-{fault.value}") for fault in signed.faults),
            "" if signed.pruned_at is None else self.t("signature-pruned", index=str(signed.pruned_at)),
            row.hash,
        ]
        return " · ".join(filter(None, parts))

    def doors(self) -> None:
        """Every share, oldest first."""
        shares = self._file.shares
        self.heading(self.t("dossier-shares"))
        if not shares:
            self.paragraph(self.t("dossier-none"))
            return
        widths = (20.0, 32.0, 28.0, 32.0, self.epw - 112.0)
        heads = ("dossier-share", "dossier-created", "dossier-by", "dossier-until", "dossier-policy")
        self.cells([self.t(head) for head in heads], widths, QUIET)
        for row in shares:
            by = self._name(row.creator_id)
            cells = [
                str(row.id)[:8],
                local_time(row.created_at),
                by[:12],
                local_time(row.expires_at),
                self._policy(row),
            ]
            self.cells(cells, widths, INK)
        if len(shares) >= SHARES_MAX:
            self.note(self.t("dossier-more", count=SHARES_MAX))

    def promises(self) -> None:
        """Who gave the pledge of confidentiality."""
        promised(self, self._file.pledges, limit=PLEDGES_MAX, name=self._name, time=local_time)

    def seen(self) -> None:
        """Who saw it, newest first."""
        seen = self._file.seen
        self.heading(self.t("dossier-seen"))
        if not seen:
            self.paragraph(self.t("dossier-none"))
            return
        widths = (32.0, 36.0, self.epw - 150.0, 28.0, 26.0, 28.0)
        heads = (
            "dossier-at",
            "dossier-person",
            "dossier-clinic",
            "dossier-copy",
            "dossier-downloads",
            "dossier-passed",
        )
        self.cells([self.t(head) for head in heads], widths, QUIET)
        for row in seen:
            self.cells(self._seen(row), widths, INK)
        if len(seen) >= SEEN_MAX:
            self.note(self.t("dossier-more", count=SEEN_MAX))

    def inside(self) -> None:
        """Which employees read it, and who took its original."""
        file = self._file
        self.heading(self.t("dossier-inside"))
        if not file.readings and not file.originals:
            self.paragraph(self.t("dossier-none"))
            return
        widths = (38.0, self.epw - 128.0, 40.0, 22.0, 28.0)
        heads = ("dossier-at", "dossier-person", "dossier-way", "dossier-version-number", "dossier-copy")
        self.cells([self.t(head) for head in heads], widths, QUIET)
        for row in file.readings:
            said = [self.t("recall-way-read"), str(row.version_number), f"{row.copy_id:012x}"]
            self.cells([local_time(row.started_at), self._name(row.person_id)[:14], *said], widths, INK)
        numbers = {each.sha256: str(each.number) for each in file.versions}
        for each in file.originals:
            name = drawable(each.name) or self.t("page-erased")
            said = [self.t("recall-way-original"), numbers.get(each.sha256, ""), f"× {each.times}"]
            self.cells([local_time(each.last_at), name[:14], *said], widths, INK)
        if len(file.readings) >= SEEN_MAX:
            self.note(self.t("dossier-more", count=SEEN_MAX))

    def events(self) -> None:
        """Every event that names the material, with its place in the ledger."""
        told = self._file.told
        self.heading(self.t("dossier-events"))
        self.note(self.t("dossier-events-text"))
        widths = (20.0, 38.0, self.epw - 122.0, 34.0, 30.0)
        heads = ("dossier-index", "dossier-at", "dossier-act", "dossier-person", "dossier-result")
        self.cells([self.t(head) for head in heads], widths, QUIET)
        for each in told:
            self.cells(self._event(each), widths, INK)
        if len(told) >= EVENTS_MAX:
            self.note(self.t("dossier-more", count=EVENTS_MAX))

    def _event(self, each: Told) -> list[str]:
        fields = each.fields
        key = f"act-{str(fields['act']).replace(':', '-')}"
        act = self.t(key) if has_message(self._language, key) else str(fields["act"])
        index = "–" if each.row.index is None else str(each.row.index)
        who = drawable(self._file.people.get(fields["who"], "")) or self._word("role", fields["role"] or "system")
        at = datetime.fromisoformat(str(fields["t"])).replace(tzinfo=UTC)
        return [index, local_time(at), act[:34], who[:14], self.t(f"result-{fields['res']}")[:10]]

    def _seen(self, row: SeenRow) -> list[str]:
        standing = self._file.standings.get(row.person_id)
        clinic = drawable(standing.clinic_name if standing else "")
        return [
            local_time(row.started_at),
            self._name(row.person_id)[:12],
            clinic[:12],
            f"{row.copy_id:012x}",
            str(self._file.downloads.get(str(row.visit_id), 0)),
            str(row.passed_on),
        ]

    def _policy(self, row: ShareRow) -> str:
        parts = [self.t(f"audience-{row.audience}")]
        parts += [self.t("dossier-download")] if row.download else []
        parts += [self.t("dossier-forward", depth=row.depth)] if row.depth else []
        parts += [self.t("share-state-revoked")] if row.revoked_at else []
        return " · ".join(parts)

    def _certificate(self, row: StandingCertificate) -> str:
        fault = certificate_of(row).fault_on(self._file.today)
        until = certificate_of(row).valid_until
        said = [row.number, self.t("declaration-until", until=str(until)) if until else ""]
        said += [self.t(f"declaration-{fault}")] if fault else []
        return " · ".join(filter(None, said))

    def _removed(self, row: EvidenceRow) -> str:
        return f"{self._name(row.removed_by)} · {local_time(row.removed_at)}" if row.removed_at else ""

    def _name(self, person_id: UUID | None) -> str:
        if person_id is None:
            return ""
        profile = self._file.names.get(person_id)
        return drawable(profile.name if profile else "") or self.t("page-erased")

    def _kind(self, kind: str) -> str:
        return self.t(f"certificate-kind-{CertificateKind(kind).value.replace('_', '-')}")

    def _word(self, of: str, value: str) -> str:
        key = f"{of}-{value.replace('_', '-')}"
        return self.t(key) if has_message(self._language, key) else value


def _not_among(newest: Sequence[FindingRow], signed: Sequence[FindingRow]) -> list[FindingRow]:
    """What a later scan found that was not signed over."""
    known = [_said(each) for each in signed]
    return [each for each in newest if _said(each) not in known]


def _said(row: FindingRow) -> tuple[object, ...]:
    return row.detector, row.rule, row.severity, row.place, row.quote


def local_time(value: datetime | date | None) -> str:
    """A time at the clinics' clock; empty for none."""
    return value.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else ""
