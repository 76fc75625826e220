"""The tiles that a receipt is made of are found by PostgreSQL in the question itself."""

from compliance.merkle import tiles_for_inclusion
from fileserver.services import Services
from storage.rows.receipts import BESIDE

ASK = (
    b"SELECT DISTINCT place.index, place.size, beside.level, beside.n FROM unnest(%s::bigint[], %s::bigint[]) AS place "
)
ASK += b"(index, size) CROSS JOIN LATERAL (" + BESIDE + b") AS beside"
BORDERS = [1 << 8, 1 << 16, (1 << 16) + (1 << 8), 70_000, 1 << 24, (1 << 24) + (1 << 16), 10_000_019, (1 << 56) - 1]


async def test_no_tile_of_a_proof_is_left_out(services: Services) -> None:
    """Of every leaf in each small tree, and of those at borders of tiles in trees whose sizes are about borders."""
    sizes = {size + step for size in BORDERS for step in (-1, 0, 1)}
    pairs = [(index, size) for size in range(1, 65) for index in range(size)]
    pairs += [
        (index, size)
        for size in sizes
        for near in {0, size // 2, size - 1, *BORDERS}
        for index in (near - 1, near, near + 1)
        if 0 <= index < size
    ]
    async with services.database.driver() as driver:
        cursor = await driver.execute(ASK, [[index for index, _ in pairs], [size for _, size in pairs]])
        found = set(await cursor.fetchall())
    wanted = {(*pair, tile.level, tile.n) for pair in pairs for tile in tiles_for_inclusion(*pair)}
    assert set() == wanted - found
