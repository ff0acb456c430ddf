"""The environment in which the Pulumi CLI asks no questions.

What the user chose stays: a backend logged in to or named by PULUMI_BACKEND_URL, a passphrase. What is missing is
filled in: a file backend inside the project, and a random passphrase for it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.loading.plain_file import KIB, MIB, UnreadableError, read_plain, read_plain_text
from levee_infra.deployed.location import file_backend, pulumi_backend, pulumi_passphrase
from levee_infra.ignored_folder import make_ignored

PASSPHRASE: Final = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - the variable, not what it holds
PASSPHRASE_FILE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105 - as above


def environment(project: Path, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables to run `pulumi` with; makes the backend's folder and passphrase where they are missing.

    Raises LeveeError where they can't be made.
    """
    base = os.environ if base is None else base
    return {**base, **additions(project, base)}


def additions(project: Path, base: Mapping[str, str]) -> dict[str, str]:
    """What is to be set on top of `base`: for `levee env`, and for a shell that runs `pulumi` by hand.

    Raises LeveeError where a folder or file can't be made.
    """
    try:
        return _additions(project, base)
    except OSError as error:
        message = f"{error.filename or project} can't be made: {error.strerror}"
        raise LeveeError(message, "check that the project may be written and has room") from None


def _additions(project: Path, base: Mapping[str, str]) -> dict[str, str]:
    added: dict[str, str] = {}
    if not _names_backend(base):
        make_ignored(pulumi_backend(project))
        added["PULUMI_BACKEND_URL"] = pulumi_backend(project).as_uri()
    if not names_passphrase(project, base):
        added[PASSPHRASE_FILE] = str(_passphrase(project))
    added.setdefault("PULUMI_SKIP_UPDATE_CHECK", base.get("PULUMI_SKIP_UPDATE_CHECK", "true"))
    return added


def uses_own_backend(project: Path, base: Mapping[str, str]) -> bool:
    """Whether the stacks' states lie in the file backend that levee makes, as no other was chosen."""
    return not _names_backend(base) or file_backend(base) == pulumi_backend(project)


def names_passphrase(project: Path, base: Mapping[str, str]) -> bool:
    """Whether a passphrase of the user's own is named. The file of levee's own is named by what `levee env` printed."""
    return PASSPHRASE in base or base.get(PASSPHRASE_FILE, "") not in {"", str(pulumi_passphrase(project))}


def _names_backend(base: Mapping[str, str]) -> bool:
    return "PULUMI_BACKEND_URL" in base or _logged_in(base)


def _logged_in(base: Mapping[str, str]) -> bool:
    home = Path(base.get("PULUMI_HOME") or Path.home() / ".pulumi")
    try:
        credentials = json.loads(read_plain_text(home / "credentials.json", MIB))
    except (UnreadableError, ValueError, RecursionError):
        return False
    return isinstance(credentials, dict) and bool(credentials.get("current"))


def _passphrase(project: Path) -> Path:
    file = pulumi_passphrase(project)
    make_ignored(file.parent)
    draft = file.with_suffix(f".{os.getpid()}")
    if not file.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(32))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):  # another run was first: its passphrase is the one
            os.link(draft, file)
        draft.unlink()
    try:
        read_plain(file, 64 * KIB)  # the CLI would wait for a pipe
    except UnreadableError as error:
        raise LeveeError(f"the passphrase's file {file}: {error.message}", error.hint, exit_code=2) from None
    return file
