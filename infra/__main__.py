"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import os
import signal
from pathlib import Path

import pulumi

from infra.program import run
from levee.clock import SYSTEM_CLOCK

# Pulumi stops a program so once a resource has failed, and has said why. 32: an error that is told already.
signal.signal(signal.SIGINT, lambda *_: os._exit(32))

run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
