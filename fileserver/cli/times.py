"""Times as options of commands."""

from datetime import datetime

import click


class Time(click.ParamType[str]):
    """A time as in RFC 3339, with its zone."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same time as text; a usage error for anything else."""
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            self.fail("expected something like 2026-11-25T09:00+08:00", param, ctx)
        return time.isoformat()
