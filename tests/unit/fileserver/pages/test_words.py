"""Every member of every closed vocabulary has its words in both languages."""

from collections.abc import Callable, Iterable
from typing import get_args

import pytest

from compliance.access import DEFAULT_DENY, Audience, Job, MaterialClass, Role, VersionState
from compliance.access.rules import FORBIDS, PERMITS
from compliance.events import Act, Result
from compliance.scanning.malware import WAIVED
from fileserver.http.scopes import Scope
from fileserver.i18n import Language, has_message
from fileserver.pages.log_parts import ACT_GROUPS
from fileserver.pages.words import KINDS, In
from fileserver.shares.schemas import ShareState
from watermark.look import PRESETS

LANGUAGES = list(Language)
RULES = [DEFAULT_DENY, *(rule.id for rule in FORBIDS), *(rule.id for rule in PERMITS)]
EVENT_ROLES = [*(role.value for role in Role), "operator", "system"]
VOCABULARIES: dict[str, tuple[Callable[[In], Callable[[str], str]], Iterable[str]]] = {
    "acts": (lambda words: words.act, list(Act)),
    "results": (lambda words: words.result, list(Result)),
    "roles": (lambda words: words.role, EVENT_ROLES),
    "jobs": (lambda words: words.job, list(Job)),
    "classes": (lambda words: words.material_class, list(MaterialClass)),
    "what the law asks of a class": (lambda words: words.about_class, list(MaterialClass)),
    "states": (lambda words: words.state, [*VersionState, "withdrawn", "pending"]),
    "states of shares": (lambda words: words.share_state, get_args(ShareState)),
    "audiences": (lambda words: words.audience, list(Audience)),
    "watermarks": (lambda words: words.watermark, tuple(PRESETS)),
    "severities": (lambda words: words.severity, ("block", "review", "evidence")),
    "scopes": (lambda words: words.scope, list(Scope)),
    "kinds of files": (lambda words: words.kind, [*KINDS, "application/zip"]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_member_has_words(language: Language, vocabulary: str) -> None:
    """No reader ever meets a bare key, whatever state a thing may be in; a missing one raises here."""
    choose, members = VOCABULARIES[vocabulary]
    say = choose(In(language))
    assert all(say(str(member)) for member in members)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_sentence(language: Language) -> None:
    """The log says in plain words why something was allowed or refused: forbids, permits and the default."""
    assert [] == [rule for rule in RULES if not has_message(language, f"rule-{rule}")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_of_acts_has_a_heading(language: Language) -> None:
    """The log's choice of acts is grouped by who acts."""
    keys = [f"{prefix}-{source}" for source in ACT_GROUPS for prefix in ("acts-of", "acts-all-of")]
    assert [] == [key for key in keys if not has_message(language, key)]


def test_every_act_can_be_chosen() -> None:
    """The groups leave nothing out."""
    assert {act.value for act in Act} == {act for acts in ACT_GROUPS.values() for act in acts}


def test_a_rule_of_another_release_keeps_its_id() -> None:
    """Old entries of the log stay readable when a rule is gone."""
    assert "gone-rule" == In(Language.EN).rule("gone-rule")


def test_things_without_a_title_are_named_by_kind() -> None:
    """An upload or a person in the log is told apart by the beginning of its id."""
    assert "Upload 0f3c2a11" == In(Language.EN).thing("upload:0f3c2a11-8a5e-4a3b-9f00-000000000000")
    assert "Person 83838586" == In(Language.EN).thing("person:p-8383858611aa")
    assert "Figures: Overview" == In(Language.EN).thing("figures:overview")
    assert "Figures: Departments" == In(Language.EN).thing("figures:department")
    assert "strange" == In(Language.EN).thing("strange")


def test_what_a_setting_dismissed_is_said_in_words() -> None:
    """A reviewer's reason is shown as it was written; the name of a setting says nothing to a marketer."""
    assert "the operator asks for no virus scan" == In(Language.EN).settled(WAIVED)
    assert "Checked by hand." == In(Language.EN).settled("Checked by hand.")
