"""One hostile file, and the test signature of virus scanners."""

from collections.abc import Iterator
from dataclasses import dataclass

# The test file of EICAR, in two halves: the whole of it would have this repository taken for infected.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


@dataclass(frozen=True)
class Hostile:
    """A file as somebody would upload it. `by` is the rule that must be among those that hold it up; empty: any."""

    name: str  # of the case
    filename: str
    content: bytes
    by: str = ""


Files = Iterator[Hostile]
