"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import os
import signal

TOLD = 32  # the exit code of a program whose error is told already: any other is told of as an error of its own

# Pulumi stops a program so once a resource has failed, and has said why.
# Before the imports, which take a second: it may be stopped within that.
signal.signal(signal.SIGINT, lambda *_: os._exit(TOLD))

from pathlib import Path  # noqa: E402

import pulumi  # noqa: E402

from infra.program import run  # noqa: E402
from levee.clock import SYSTEM_CLOCK  # noqa: E402

try:
    run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
except pulumi.RunError as error:
    pulumi.log.error(str(error))
    os._exit(TOLD)
