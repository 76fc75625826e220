"""`python -m tests.listened …`: Python with these arguments under somebody else's seccomp listener.

So it is in containers whose runtime intercepts system calls: the kernel takes no second listener.
"""

import select
import subprocess
import sys

from watermark.jail.threads import Watch

PAUSE_S = 0.02


def main() -> int:
    """Its exit status."""
    runtime = Watch.begin()
    with subprocess.Popen([sys.executable, *sys.argv[1:]]) as command:
        while command.poll() is None:
            if select.select([runtime.file], [], [], PAUSE_S)[0]:
                runtime.answer()
    return command.returncode


if __name__ == "__main__":
    sys.exit(main())
