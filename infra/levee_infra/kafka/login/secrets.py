"""Secrets of a provider's configuration, each given as it is, by a file, or by a variable of the environment."""

import stat
from pathlib import Path
from typing import Any, Final

from levee.loading.plain_file import KIB, UnreadableError, read_plain_text
from levee.model.login import SecretReference
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Secret

SECRETS: Final = ("saslPassword", "clientKeyPassphrase")
"""Each also as `<name>File`, a path, and `<name>Environment`, a variable's name."""

LARGEST: Final = 64 * KIB


def referred(name: str, reference: SecretReference, project: Path) -> dict[str, Any]:
    """The property that says where a secret is."""
    if reference.file is not None:
        return {f"{name}File": str(project / reference.file)}
    return {f"{name}Environment": reference.environment}


def read_secret(fields: Fields, name: str) -> Secret | None:
    """The secret, None if there is none. Raises RefusedError for a file that can't be read, or that others can read."""
    if inline := known(fields.text(name)):
        return Secret(inline)
    if not (named := known(fields.text(f"{name}File"))):
        return None
    path, text = own_text(named, f"{name}File", LARGEST)
    if not (text := text.rstrip("\r\n")):
        raise refused(f"{name}File", f"{path} is empty")
    return Secret(text)


def own_text(named: str, name: str, largest: int) -> tuple[Path, str]:
    """A file's path and text. Raises RefusedError where it can't be read, or others can read it."""
    path = Path(named)
    try:
        path = path.expanduser()
        text = read_plain_text(path, largest)
        mode = path.stat().st_mode
    except (UnreadableError, OSError, RuntimeError) as error:
        raise refused(name, f"cannot read {path}: {reason(error)}") from None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise refused(name, f"{path} can be read by others; run: chmod 600 {path}")
    return path, text


def reason(error: Exception) -> str:
    """Why a file can't be read, in words that quote nothing of it."""
    match error:
        case UnreadableError():
            return f"{error.message}; {error.hint}"
        case OSError():
            return error.strerror or "unreadable"
    return "its ~ leads to no home folder"
