"""Queries as HTML forms send them."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from fileserver.http.parsing import validate_text
from fileserver.pages.log import LogQuery
from fileserver.pages.materials import ListQuery


def test_empty_fields_mean_nothing() -> None:
    """A form sends all its fields; those left empty narrow nothing."""
    fields = {name: [""] for name in ("person", "clinic_id", "material_id", "act", "result", "since", "until")}
    assert LogQuery() == validate_text(fields, LogQuery)


def test_times_without_a_zone_are_chinas() -> None:
    """What an auditor types is the time on the wall."""
    query = LogQuery.model_validate({"since": "2026-11-23T09:00"})
    assert query.since is not None
    assert datetime(2026, 11, 23, 1, 0, tzinfo=UTC) == query.since.astimezone(UTC)


def test_filled_fields_are_checked() -> None:
    """A state that does not exist is refused, not passed over."""
    with pytest.raises(ValidationError):
        ListQuery.model_validate({"state": "lost"})
