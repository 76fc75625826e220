"""Closed vocabularies in the reader's words: roles, classes, states, jobs, acts, access rules.

Templates use it as `words`: `words.state(...)`, `words.act(...)`. Each vocabulary has its own prefix of keys in the
locales; a unit test goes through all members in both languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.reading.reader import OCR_OFF
from compliance.scanning.malware import WAIVED
from fileserver.i18n import Language, has_message, translate
from watermark.media_types import EXCEL, OPEN_DOCUMENT_PREFIX, POWERPOINT, WORD

OBJECT_SEPARATOR = ":"
SHORT_ID_CHARS = 8
FIGURES = "figures"
WAIVERS = {WAIVED: "finding-waived-malware", OCR_OFF: "finding-waived-ocr"}  # by a setting, not by a reviewer
RATED = frozenset({"reproduction", "k-factor"})
KINDS = {"application/pdf": "pdf", "image": "image", "video": "video", "audio": "audio", "text": "text"}
KINDS |= {WORD: "document", EXCEL: "sheet", POWERPOINT: "slides"}
KINDS |= {
    OPEN_DOCUMENT_PREFIX + each: kind
    for each, kind in {"text": "document", "spreadsheet": "sheet", "presentation": "slides"}.items()
}


@dataclass(frozen=True)
class In:
    """The words of one language."""

    language: Language

    def role(self, role: str) -> str:
        """What somebody is to the brand."""
        return translate(self.language, f"role-{role}")

    def material_class(self, material_class: str) -> str:
        """What a material is for."""
        return translate(self.language, f"class-{_key(material_class)}")

    def about_class(self, material_class: str) -> str:
        """What the law asks of materials of this class."""
        return translate(self.language, f"class-{_key(material_class)}-about")

    def kind(self, media_type: str) -> str:
        """What sort of file this is, for people."""
        main = media_type.partition("/")[0]
        return translate(self.language, f"kind-{KINDS.get(media_type) or KINDS.get(main, 'other')}")

    def audience(self, audience: str) -> str:
        """Whom a share is for."""
        return translate(self.language, f"audience-{audience}")

    def watermark(self, strength: str) -> str:
        """How strong a share's visible mark is."""
        return translate(self.language, f"watermark-{strength}")

    def state(self, state: str) -> str:
        """Where a material or version stands."""
        return translate(self.language, f"state-{_key(state)}")

    def share_state(self, state: str) -> str:
        """What somebody who opens a share's link would meet."""
        return translate(self.language, f"share-state-{_key(state)}")

    def job(self, job: str | None) -> str:
        """A viewer's work; empty for none."""
        return translate(self.language, f"job-{job}") if job else ""

    def discipline(self, discipline: str) -> str:
        """What a reviewer answers for."""
        return translate(self.language, f"discipline-{discipline}")

    def count(self, name: str, value: float | None) -> str:
        """A figure by the name of its column: rates with two places, reading (in seconds) as minutes."""
        if value is None:
            return "–"
        if name in RATED:
            return translate(self.language, "spread-rate", value=round(value, 2))
        if name == "read-ms":
            return translate(self.language, "figures-minutes", minutes=round(value / 60))
        return translate(self.language, "figures-number", value=value)

    def stages(self, stages: Sequence[Sequence[str]]) -> str:
        """Approvals one after the other, those of a stage side by side."""
        return " → ".join(" + ".join(self.discipline(str(each)) for each in stage) for stage in stages)

    def meaning(self, meaning: str) -> str:
        """What a signature says."""
        return translate(self.language, f"meaning-{_key(meaning)}")

    def risk(self, risk: str) -> str:
        """How much is at stake."""
        return translate(self.language, f"risk-{risk}")

    def fault(self, fault: str) -> str:
        """What is wrong with a signature."""
        return translate(self.language, f"signature-fault-{fault}")

    def scan_stage(self, stage: str) -> str:
        """What the checks of a version are at; empty before they begin."""
        key = f"scan-stage-{stage}"
        return translate(self.language, key) if stage and has_message(self.language, key) else ""

    def severity(self, severity: str) -> str:
        """How much a finding weighs."""
        return translate(self.language, f"severity-{severity}")

    def settled(self, reason: str) -> str:
        """Why a finding is dismissed or confirmed: what a reviewer wrote, or which setting dismissed it."""
        return translate(self.language, WAIVERS[reason]) if reason in WAIVERS else reason

    def act(self, act: str) -> str:
        """What was done, as one phrase."""
        return translate(self.language, f"act-{_key(act)}")

    def acts_of(self, source: str) -> str:
        """Everything that employees, viewers or the system do."""
        return translate(self.language, f"acts-all-of-{source}")

    def detector(self, detector: str) -> str:
        """What stood out."""
        return translate(self.language, f"anomaly-{detector}")

    def result(self, result: str) -> str:
        """How an act ended."""
        return translate(self.language, f"result-{result}")

    def rule(self, rule: str) -> str:
        """Why an act was allowed or refused; a rule of an older release has no sentence and keeps its id."""
        key = f"rule-{rule}"
        return translate(self.language, key) if has_message(self.language, key) else rule

    def scope(self, scope: str) -> str:
        """What an API token may be used for."""
        return translate(self.language, f"scope-{_key(scope)}")

    def method(self, method: str) -> str:
        """What somebody proved who they are with; a provider is named by its slug."""
        kind, _, provider = method.partition(":")
        return translate(self.language, f"method-{_key(kind)}", provider=provider)

    def thing(self, obj: str) -> str:
        """An event's object without a title: its kind, and the beginning of its id."""
        kind, _, identity = obj.partition(OBJECT_SEPARATOR)
        key = f"object-{kind}"
        if not identity or not has_message(self.language, key):
            return obj
        if kind == FIGURES:
            page = "figures-overview" if identity == "overview" else f"figures-kind-{identity}"
            return translate(self.language, key, of=translate(self.language, page))
        return translate(self.language, key, id=identity.removeprefix("p-")[:SHORT_ID_CHARS])


def _key(name: str) -> str:
    return name.replace(":", "-").replace("_", "-")
