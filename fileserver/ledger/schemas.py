"""What is said about the ledger beside what the specification serves."""

from pydantic import Field

from compliance.keys import KeyState
from fileserver.http.schemas import Input, Output


class TilePath(Input):
    """The end of a tile's path, which has slashes of its own."""

    tile_level: str = Field(description="Level of the tile, or `entries` for the entries under a tile of level 0")
    place: str = Field(description="Number and width of the tile: `x001/234` or `x001/234.p/17`")


class LedgerKeyOut(Output):
    """One key that checkpoints are or were signed with."""

    vkey: str = Field(description="In the form of signed notes: name, id and public key")
    id: int
    state: KeyState = Field(description="`active` and `overlap` sign, `verify` did, `revoked` is worth nothing")


class LedgerOut(Output):
    """What an auditor needs to begin with."""

    origin: str = Field(description="Name of the log")
    keys: list[LedgerKeyOut]
    minimum_index: int = Field(description="Bundles of entries that lie wholly below this index are withheld")
