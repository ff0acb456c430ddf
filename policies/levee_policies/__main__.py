"""What `pulumi preview --policy-pack policies` runs."""

import os
import signal
from pathlib import Path


def main(project: Path) -> None:
    """Serve the pack for the stacks of `project`, or of the folder that LEVEE_PROJECT names. Never returns."""
    # Pulumi stops it so, within the second that the imports take, or more than once.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    from pulumi_policy import EnforcementLevel, PolicyPack

    from levee.clock import SYSTEM_CLOCK
    from levee_policies.crossguard import policies

    judged = Path(os.environ.get("LEVEE_PROJECT") or project)
    PolicyPack("levee", policies(judged, SYSTEM_CLOCK), enforcement_level=EnforcementLevel.MANDATORY)
