"""What `pulumi preview --policy-pack policies` runs. PolicyPack serves and never returns."""

import os
from pathlib import Path

from pulumi_policy import EnforcementLevel, PolicyPack

from levee.clock import SYSTEM_CLOCK
from policies.crossguard import policies

# The pack lies in the project whose stacks it judges; LEVEE_PROJECT names another folder that holds stacks/.
PROJECT = Path(os.environ.get("LEVEE_PROJECT") or Path(__file__).resolve().parents[1])

PolicyPack("levee", policies(PROJECT, SYSTEM_CLOCK), enforcement_level=EnforcementLevel.MANDATORY)
