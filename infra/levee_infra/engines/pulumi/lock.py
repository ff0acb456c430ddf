"""The locks that Pulumi's file backend keeps while a command works on a stack."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from levee.diagnostics import LeveeError
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text


def require_gone(lock: Path, stack: str) -> None:
    """Raises LeveeError where the process that holds the lock runs, or nobody can tell."""
    holder = _holder(lock)
    if holder.get("hostname") != socket.gethostname() or _is_running(int(holder["pid"])):
        raise LeveeError(
            f"stack {stack} is locked by {holder.get('username')} on {holder.get('hostname')}, "
            f"process {holder['pid']}, since {holder.get('timestamp')}",
            f"wait for it; if it is surely gone: pulumi cancel {stack}",
        )


def _holder(lock: Path) -> Mapping[str, str]:
    try:
        holder = json.loads(read_plain_text(lock, MIB))
        int(holder["pid"])
    except (UnreadableError, ValueError, KeyError, TypeError, RecursionError):
        raise LeveeError(f"{lock} is no lock that pulumi wrote", "see who holds the stack, then remove it") from None
    return cast("Mapping[str, str]", holder)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
