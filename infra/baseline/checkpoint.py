"""A checkpoint of Pulumi's file backend, as it lies on disk."""

from __future__ import annotations

from pathlib import Path

from levee.loading.project_name import project_name


def checkpoint_file(backend: Path, project: Path, stack: str) -> Path:
    """Where a file backend keeps a stack of this project (`projectReferenceStore` of pkg/backend/diy/store.go)."""
    return backend / ".pulumi" / "stacks" / project_name(project) / f"{stack}.json"


def locks(backend: Path, project: Path, stack: str) -> list[Path]:
    """The locks of runs on a stack that are under way, or were killed."""
    return list((backend / ".pulumi" / "locks" / "organization" / project_name(project) / stack).glob("*.json"))
