"""The name of a project, as Pulumi.yaml has it: with a stack's name it says who owns what the stack makes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.loading.documents import read_document
from levee.model.stack import DEFAULT_PROJECT

FILE: Final = "Pulumi.yaml"
LONGEST: Final = 100
_NAME: Final = re.compile(rf"[A-Za-z0-9_.-]{{1,{LONGEST}}}")  # tokens.ValidateProjectName of pulumi/pulumi


def is_project_name(text: str) -> bool:
    """Whether Pulumi takes it as a project's name."""
    return _NAME.fullmatch(text) is not None


def project_name(project: Path) -> str:
    """The project's name. Raises LeveeError (exit 2) where the file is there and doesn't tell one."""
    if not os.path.lexists(project / FILE):
        return DEFAULT_PROJECT
    document = read_document(project, FILE)
    name = (document.values or {}).get("name")
    if isinstance(name, str) and is_project_name(name):
        return name
    raise LeveeError(
        f"{FILE} doesn't name its project, so nobody can tell whose things are",
        "write `name: …` in it, of at most 100 of A-Z a-z 0-9 . _ -",
        exit_code=2,
    )
