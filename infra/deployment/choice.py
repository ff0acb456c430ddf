"""Which engine carries a deployment out."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.deployment.contract import Engine
from infra.deployment.embedded_engine import EmbeddedEngine
from infra.deployment.holder import EngineName, refuse_other_holder
from infra.deployment.pulumi_engine import PulumiEngine
from levee.diagnostics import LeveeError


def choose(name: EngineName, project: Path, stack: str) -> Engine:
    """The engine to use. Raises LeveeError (exit 2) where it isn't installed, or the other one holds the stack."""
    installed = shutil.which("pulumi") is not None
    if name is EngineName.PULUMI and not installed:
        raise LeveeError(
            "--engine pulumi: no `pulumi` on PATH",
            "install the Pulumi CLI 3.222 or later (https://www.pulumi.com/docs/install/), or use --engine embedded",
            exit_code=2,
        )
    wanted = EngineName.EMBEDDED if name is EngineName.EMBEDDED or not installed else EngineName.PULUMI
    refuse_other_holder(wanted, project, stack)
    return PulumiEngine(project) if wanted is EngineName.PULUMI else EmbeddedEngine(chosen=installed)
