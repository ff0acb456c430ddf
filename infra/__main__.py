"""What `pulumi up` runs: the stack's declaration, checked and registered."""

from datetime import date
from pathlib import Path

import pulumi

from infra.program import run

run(Path(pulumi.get_root_directory()), pulumi.get_stack(), date.today())  # noqa: DTZ011 - a day in the operator's calendar
