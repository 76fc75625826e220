"""`python -m fileserver`: the same as the `sealshare` command."""

from fileserver.cli import main

main()
