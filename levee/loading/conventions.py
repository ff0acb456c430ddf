"""How a project spells names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from levee.loading.folder import STACKS
from levee.loading.optional_file import optional_values
from levee.loading.schema.conventions_file import CONVENTIONS as FIELDS
from levee.model.conventions import Conventions

CONVENTIONS: Final = f"{STACKS}/conventions.yaml"


def load_conventions(project: Path) -> Conventions:
    """What `stacks/conventions.yaml` says, and levee's own where it doesn't. Raises Rejected where it is wrong."""
    return Conventions(**optional_values(project, CONVENTIONS, FIELDS))
