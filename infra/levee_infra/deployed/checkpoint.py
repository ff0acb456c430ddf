"""A checkpoint of Pulumi's file backend, as it lies on disk.

The document is VersionedCheckpoint of sdk/go/common/apitype: `version`, and `checkpoint` with `latest`, which is null
where nothing was deployed yet.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.loading.plain_file import UnreadableError, read_plain_text
from levee.loading.project_name import project_name
from levee_infra.deployed.preview import LARGEST


def checkpoint_file(backend: Path, project: Path, stack: str) -> Path:
    """Where a file backend keeps a stack of this project (`projectReferenceStore` of pkg/backend/diy/store.go)."""
    return backend / ".pulumi" / "stacks" / project_name(project) / f"{stack}.json"


def locks(backend: Path, project: Path, stack: str) -> list[Path]:
    """The locks of runs on a stack that are under way, or were killed."""
    return list((backend / ".pulumi" / "locks" / "organization" / project_name(project) / stack).glob("*.json"))


def read_checkpoint(file: Path) -> Mapping[str, Any] | None:
    """The checkpoint as `pulumi stack export` words it; None where there is none.

    Raises LeveeError (exit 2) where it can't be read.
    """
    if not os.path.lexists(file):
        return None
    try:
        document = json.loads(read_plain_text(file, LARGEST))
        return {"version": document.get("version"), "deployment": document["checkpoint"]["latest"] or {}}
    except (UnreadableError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = error.message if isinstance(error, UnreadableError) else "it is no checkpoint of Pulumi"
        raise LeveeError(f"{file} can't be read: {reason}", "restore it from its .bak", exit_code=2) from None
