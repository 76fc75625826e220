"""What recruiting over HTTP refuses besides the rules."""

from compliance.errors import ComplianceError


class CodeUnavailable(ComplianceError):
    """A mini-program code can't be had: there is no mini-program, or WeChat doesn't answer."""

    slug = "code-unavailable"
