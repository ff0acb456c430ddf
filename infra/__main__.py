"""What `pulumi up` runs: the stack's declaration, checked and registered."""

from pathlib import Path

import pulumi

from infra.program import run
from levee.clock import SYSTEM_CLOCK

run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
