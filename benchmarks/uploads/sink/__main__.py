"""`python -m benchmarks.uploads.sink PORT`."""

import click
import uvloop

from benchmarks.uploads.sink.serving import serve


@click.command()
@click.argument("port", type=click.IntRange(1, 65535))
def main(port: int) -> None:
    """Serve S3 on 127.0.0.1 until killed."""
    uvloop.run(serve(port))


main()
