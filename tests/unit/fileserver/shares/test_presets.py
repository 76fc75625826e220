"""Presets fill fields of the form that exist, with values that they can have."""

from uuid import UUID

import pytest

from fileserver.i18n import Language, has_message
from fileserver.shares.presets import PRESETS
from fileserver.shares.schemas import ShareIn

WHO = UUID(int=1)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_policy(name: str) -> None:
    """With whom it is for beside it, each is a request that the API takes, and it has a name in both languages."""
    ids = {"person": {"person_id": WHO}, "clinic": {"clinic_id": WHO}, "verified": {}}[PRESETS[name]["audience"]]
    made = ShareIn.model_validate({"material_id": str(WHO), **PRESETS[name], **{k: str(v) for k, v in ids.items()}})
    assert PRESETS[name]["forward_depth"] == made.forward_depth
    assert {True} == {has_message(language, f"share-preset-{name}") for language in Language}
