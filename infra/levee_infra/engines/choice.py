"""Which engine carries a deployment out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from levee.diagnostics import LeveeError
from levee_infra.deployed.holder import EngineName, refuse_other_holder
from levee_infra.engines.contract import Engine
from levee_infra.engines.embedded.embedded_engine import EmbeddedEngine
from levee_infra.engines.pulumi.engine import PulumiEngine
from levee_infra.engines.pulumi.stack_config import require_passphrase


def choose(name: EngineName, project: Path, stack: str) -> Engine:
    """The engine to use.

    Raises LeveeError (exit 2) where it isn't installed, the other one holds the stack, or its passphrase is lost.
    """
    installed = shutil.which("pulumi") is not None
    if name is EngineName.PULUMI and not installed:
        raise LeveeError(
            "--engine pulumi: no `pulumi` on PATH",
            "install the Pulumi CLI 3.222 or later (https://www.pulumi.com/docs/install/), or use --engine embedded",
            exit_code=2,
        )
    wanted = EngineName.EMBEDDED if name is EngineName.EMBEDDED or not installed else EngineName.PULUMI
    refuse_other_holder(wanted, project, stack)
    if wanted is EngineName.EMBEDDED:
        return EmbeddedEngine(chosen=installed)
    require_passphrase(project, stack, os.environ)
    return PulumiEngine(project)
