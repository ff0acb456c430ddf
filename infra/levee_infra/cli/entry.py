"""What `levee` begins with: a signal that comes while the rest is being imported ends it like any process."""

from __future__ import annotations

import signal


def main() -> int:
    """Run the command line."""
    # Where a shell had it ignored, it stays so.
    interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if interruptible:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from levee_infra.cli.main import main as run

    if interruptible:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()
