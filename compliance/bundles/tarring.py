"""A tar file (POSIX ustar) written piece by piece: each member in one piece, nothing kept between them."""

import tarfile

BLOCK_BYTES = 512
MODE = 0o644
END = bytes(2 * BLOCK_BYTES)


def member(path: str, data: bytes, mtime: int) -> bytes:
    """One file with its header, filled up to whole blocks; `mtime` in seconds since the epoch."""
    head = tarfile.TarInfo(path)
    head.size, head.mtime, head.mode = len(data), mtime, MODE
    return head.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % BLOCK_BYTES)
