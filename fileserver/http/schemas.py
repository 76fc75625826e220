"""Base classes for what crosses the edge: `Input` for bodies, queries and paths, `Output` for answers."""

from pydantic import BaseModel, ConfigDict

# Names and other single lines: no control characters, nothing invisible that could turn the line around, none of the
# letters that are drawn as nothing: a name on a copy must be seen.
LINE = (
    r"^[^\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufeff\uffa0]*$"
)


class Input(BaseModel):
    """Something a caller sends: unknown members are refused, values are never echoed in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class Output(BaseModel):
    """Something a route answers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class Empty(Input):
    """For routes that take no body, no query or no path parameters."""
