"""What the traces feature refuses, beyond what the rules and the renderer do."""

from compliance.errors import ComplianceError
from fileserver.http.errors import HttpError


class TooManyTraces(ComplianceError):
    """So many traces wait already that another would only wait behind them. Params: traces_max."""

    slug = "too-many-traces"


class SuspectEmpty(HttpError):
    """The request brought no byte."""

    slug = "suspect-empty"


class TraceUnfinished(ComplianceError):
    """What was asked for exists only once the trace is done."""

    slug = "trace-unfinished"
