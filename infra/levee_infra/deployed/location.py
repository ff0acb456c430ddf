"""Where a project keeps what its deployments leave on this machine. All of it is ignored by git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

PROJECT: Final = "levee"  # of the embedded engine's URNs; Pulumi's are of the name in Pulumi.yaml


def embedded_state(project: Path, stack: str) -> Path:
    """The embedded engine's journal and snapshot."""
    return project / ".levee" / "state" / stack


def pulumi_backend(project: Path) -> Path:
    """Pulumi's file backend, where no other was chosen."""
    return project / ".levee" / "pulumi"


def pulumi_passphrase(project: Path) -> Path:
    """The passphrase of that backend's secrets: random, 0600, made on first use."""
    return project / ".levee" / "pulumi.passphrase"


def pulumi_elsewhere(project: Path, stack: str) -> Path:
    """There where Pulumi deployed a stack from this project to a backend outside it."""
    return project / ".levee" / "pulumi-elsewhere" / stack


def moves(project: Path, stack: str) -> Path:
    """What a move of a stack from one engine to the other leaves: the state that was set aside, with its date, and
    while it is under way a note of it.
    """
    return project / ".levee" / "moves" / stack


def file_backend(environment: Mapping[str, str]) -> Path | None:
    """The folder of the file backend in use, None for any other backend."""
    url = urlsplit(environment.get("PULUMI_BACKEND_URL", ""))
    return Path(unquote(url.path)) if url.scheme == "file" and not url.netloc else None
