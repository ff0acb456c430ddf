"""A file of all stacks that a project may leave out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from levee.diagnostics import Rejected
from levee.fields.rules import Fields
from levee.loading.documents import read_document
from levee.loading.locate import told
from levee.loading.validation import FileSchema


def optional_values(project: Path, file: str, fields: Fields) -> dict[str, Any]:
    """What the file says; nothing where there is none. Raises Rejected with everything that is wrong with it."""
    if not os.path.lexists(project / file):
        return {}
    document = read_document(project, file)
    schema = FileSchema(fields)
    problems = [] if document.values is None else list(schema.problems(document.values, file, document.commented))
    if document.values is None or document.diagnostics or problems:
        raise Rejected(told(project, document.diagnostics, problems))
    return document.values
