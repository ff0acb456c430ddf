"""What `pulumi preview --policy-pack policies` runs. PolicyPack serves and never returns."""

import os
import signal

# Pulumi stops it so, within the second that the imports take, or more than once.
signal.signal(signal.SIGINT, lambda *_: os._exit(0))

from pathlib import Path  # noqa: E402

from pulumi_policy import EnforcementLevel, PolicyPack  # noqa: E402

from levee.clock import SYSTEM_CLOCK  # noqa: E402
from policies.crossguard import policies  # noqa: E402

# The pack lies in the project whose stacks it judges; LEVEE_PROJECT names another folder that holds stacks/.
PROJECT = Path(os.environ.get("LEVEE_PROJECT") or Path(__file__).resolve().parents[1])

PolicyPack("levee", policies(PROJECT, SYSTEM_CLOCK), enforcement_level=EnforcementLevel.MANDATORY)
