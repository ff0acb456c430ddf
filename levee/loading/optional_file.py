"""A file of all stacks that a project may leave out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from levee.diagnostics import Rejected
from levee.fields.rules import Fields
from levee.loading.documents import read_document
from levee.loading.locate import diagnose
from levee.loading.validation import FileSchema


def optional_values(project: Path, file: str, fields: Fields) -> dict[str, Any]:
    """What the file says; nothing where there is none. Raises Rejected with everything that is wrong with it."""
    if not os.path.lexists(project / file):
        return {}
    document = read_document(project, file)
    if document.values is None or document.diagnostics:
        raise Rejected(document.diagnostics)
    problems = list(FileSchema(fields).problems(document.values, file, document.commented))
    if problems:
        raise Rejected(diagnose(project, problems))
    return document.values
