"""The file that Pulumi keeps a stack's configuration in, and what is in it of the passphrase of the stack's secrets.

Pulumi writes an `encryptionsalt` there when it makes a stack, and takes no other passphrase from then on:
`pkg/secrets/passphrase/manager.go` and `sdk/go/common/resource/config/crypt.go` in pulumi/pulumi.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from levee.diagnostics import LeveeError
from levee.loading.documents import read_document
from levee.loading.plain_file import KIB, MIB, UnreadableError, read_plain, read_plain_text
from levee.loading.project_name import FILE
from levee_infra.deployed.location import pulumi_passphrase
from levee_infra.engines.pulumi.environment import PASSPHRASE, PASSPHRASE_FILE, names_passphrase

_PARTS: Final = rb"v1:[\w+/=]{1,64}:v1:[\w+/=]{1,64}:[\w+/=]{1,256}"
_SALT: Final = re.compile(
    rb"^encryptionsalt:[ \t]+([\"']?)(" + _PARTS + rb")\1[ \t]*(#[^\r\n]*)?(\r?\n|\Z)", re.MULTILINE
)
_MENTION: Final = re.compile(rb"^[^#\r\n]{0,256}encryptionsalt", re.MULTILINE)
_SECURE: Final = re.compile(rb"\bsecure[\"']?[ \t]*:")
_ITERATIONS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class SaltedConfig:
    """A stack's configuration with a salt on line `line`. `rest` is the file without it, `secrets` whether the rest
    holds values that the same passphrase encrypts.
    """

    stack: str
    path: Path
    salt: str
    line: int
    rest: bytes

    @property
    def secrets(self) -> bool:
        """Whether something in it can be read with this passphrase alone."""
        return _SECURE.search(self.rest) is not None

    def made_with(self, passphrase: str) -> bool:
        """Whether the salt is of this passphrase. Takes about half a second, on purpose."""
        _, salt, _, nonce, sealed = self.salt.split(":")
        try:
            derived = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), b64decode(salt), _ITERATIONS, 32)
            return AESGCM(derived).decrypt(b64decode(nonce), b64decode(sealed), None) == b"pulumi"
        except (InvalidTag, ValueError):
            return False


def config_folder(project: Path) -> Path:
    """Where Pulumi keeps the configurations of a project's stacks. Raises LeveeError (exit 2) where nobody can tell."""
    if not os.path.lexists(project / FILE):
        return project
    values = read_document(project, FILE).values
    named = None if values is None else values.get("stackConfigDir", values.get("config", ""))  # the older name
    if named is None or not isinstance(named, str | dict):
        hint = "see that it is YAML, and `stackConfigDir` a folder's path, or left out"
        raise LeveeError(f"{project / FILE} doesn't tell where the stacks' configurations are", hint, exit_code=2)
    return project / named if isinstance(named, str) else project  # `config` may be what every stack shares


def salted_config(project: Path, stack: str, *, follow: bool = True) -> SaltedConfig | None:
    """The configuration of a stack that has a salt; None where there is no file, or no salt in it.

    `follow`: also where a symbolic link leads. Raises UnreadableError.
    """
    path = config_folder(project) / f"Pulumi.{stack}.yaml"
    if not path.exists() and not path.is_symlink():
        return None
    data = read_plain(path, MIB, follow=follow)
    found = _SALT.search(data)
    if found is None:
        if _MENTION.search(data):
            raise UnreadableError("its encryptionsalt can't be read", "see whether it is as Pulumi writes it")
        return None
    comment = found[3] + found[4] if found[3] else b""
    rest = data[: found.start()] + comment + data[found.end() :]
    return SaltedConfig(stack, path, found[2].decode(), data.count(b"\n", 0, found.start()) + 1, rest)


def kept_passphrase(project: Path) -> str | None:
    """The passphrase that levee made, as the CLI reads it; None where there is none.

    Raises LeveeError (exit 2) where it can't be read.
    """
    file = pulumi_passphrase(project)
    if not file.exists() and not file.is_symlink():
        return None
    try:
        return read_plain_text(file, 64 * KIB).strip()
    except UnreadableError as error:
        raise LeveeError(f"the passphrase's file {file}: {error.message}", error.hint, exit_code=2) from None


def require_passphrase(project: Path, stack: str, base: Mapping[str, str]) -> None:
    """Raises LeveeError (exit 2) where the stack's salt is not of the passphrase that levee would pass to the CLI.

    A passphrase that the user names is the user's affair, and so is a file that the CLI reads and levee can't.
    """
    if names_passphrase(project, base):
        return
    try:
        config = salted_config(project, stack)
    except UnreadableError:
        return
    if config is None:
        return
    passphrase, file = kept_passphrase(project), pulumi_passphrase(project)
    if passphrase is not None and config.made_with(passphrase):
        return
    why = "is gone" if passphrase is None else "holds another one"
    raise LeveeError(
        f"{config.path}:{config.line} has the salt of a passphrase, and {file} {why}: Pulumi would say `incorrect "
        "passphrase`",
        f"restore {file.name}, or name the passphrase by {PASSPHRASE} or {PASSPHRASE_FILE}; where nothing "
        f"of stack {stack} is deployed and no `secure:` value is in the file, remove its line `encryptionsalt`",
        exit_code=2,
    )
