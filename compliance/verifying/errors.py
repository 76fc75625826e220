"""What is wrong with bytes that should have been a note, a proof, a policy or a signature."""


class Malformed(ValueError):
    """The bytes are not what they should be; `line` counts from 1 where the fault has a line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class BadSignature(Malformed):
    """A line claims to be by a known key, and that key did not sign this text."""


class NotVouchedFor(Malformed):
    """Known keys signed nothing wrong, but not enough of them signed."""


class ProofRefused(Malformed):
    """The proof is well-formed and does not lead to the signed root."""
