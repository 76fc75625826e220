"""Blocks are used again, but never while anything can still read them."""

from fileserver.uploads.blocks import BLOCK_BYTES, Blocks


def test_a_block_is_used_again() -> None:
    """What is given back is taken next, as large as it was."""
    blocks = Blocks()
    block = blocks.take()
    blocks.give_back([block])
    again = blocks.take()
    assert again is block
    assert BLOCK_BYTES == len(again)


def test_a_block_that_is_still_viewed_is_not_used_again() -> None:
    """A connection that was given up may hold the last bytes of a part that it will send when the store reads again."""
    blocks = Blocks()
    block = blocks.take()
    held = memoryview(block)[:100]
    blocks.give_back([block])
    assert blocks.take() is not block
    assert bytes(100) == held
