"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import os
import signal

# Pulumi stops a program so once a resource has failed, and has said why. 32: an error that is told already.
# Before the imports, which take a second: it may be stopped within that.
signal.signal(signal.SIGINT, lambda *_: os._exit(32))

from pathlib import Path  # noqa: E402

import pulumi  # noqa: E402

from infra.program import run  # noqa: E402
from levee.clock import SYSTEM_CLOCK  # noqa: E402

run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
