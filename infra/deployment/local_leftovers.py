"""What deployments to the cluster of this machine leave in the project: of no use once the cluster's data is gone.

A state would tell of topics that no longer are, and a passphrase that went without its salts leaves a project that no
command works in. So they go together, and only of stacks that are surely on this cluster: another state is all that
tells what a real cluster holds.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.deployment.location import embedded_state, pulumi_backend, pulumi_passphrase
from infra.deployment.pulumi_environment import uses_own_backend
from infra.deployment.pulumi_lock import lock_files, require_gone
from infra.deployment.stack_config import OWN_PASSPHRASE, SaltedConfig, config_folder, kept_passphrase, salted_config
from infra.embedded.errors import EngineError
from infra.embedded.lock import hold
from infra.local.private_file import write_private
from levee.diagnostics import LeveeError
from levee.loading.documents import read_document
from levee.loading.folder import STACKS, stacks
from levee.loading.plain_file import UnreadableError
from levee.loading.project_name import project_name
from levee.model.stack import Target

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LocalLeftovers:
    """What the stacks `own` of a project left, all of which are on the cluster of this machine."""

    project: Path
    own: tuple[str, ...]
    environment: Mapping[str, str]

    @classmethod
    def of(cls, project: Path, authority: Path, environment: Mapping[str, str]) -> LocalLeftovers:
        """Those of the stacks on the local cluster with this certificate authority. Raises LeveeError."""
        names = stacks(project) if (project / STACKS).is_dir() else ()
        own = tuple(name for name in names if _is_on(project, name, authority))
        found = cls(project, own, environment)
        for folder in found._folders():
            if any(each.is_symlink() for each in (folder, folder.parent)):
                raise LeveeError(
                    f"{folder} lies behind a symbolic link; nothing was changed",
                    "remove the link, and what it leads to if that is yours",
                )
        return found

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Hold the stacks' states. Raises LeveeError where a command works on one."""
        with ExitStack() as held:
            for stack in self.own:
                for lock in lock_files(pulumi_backend(self.project), self.project, stack):
                    require_gone(lock, stack)
                if (state := embedded_state(self.project, stack)).is_dir():
                    try:
                        held.enter_context(hold(state, "levee local down --delete-data"))
                    except EngineError as error:
                        raise LeveeError(error.message, error.help) from None
            yield

    def remove(self, report: Report) -> None:
        """Remove them, the passphrase last: a removal that is interrupted can be repeated."""
        salted, doubts = self._salted()
        passphrase = kept_passphrase(self.project)
        removed = False
        for folder in (each for each in self._folders() if each.is_dir()):
            shutil.rmtree(folder)
            removed = True
        for file in list(self._checkpoints()):
            file.unlink()
            removed = True
        needed = [*self._others(), *doubts, *(each.stack for each in salted if self._still_needs(each, passphrase))]
        if not needed:
            for config in salted:
                if config.stack in self.own and self._is_ours(config, passphrase):
                    _write_rest(config, report)
                    removed = True
            if passphrase is not None:
                pulumi_passphrase(self.project).unlink()
                removed = True
            shutil.rmtree(pulumi_backend(self.project), ignore_errors=not pulumi_backend(self.project).is_dir())
        elif passphrase is not None:
            report(f"kept {pulumi_passphrase(self.project)}: {', '.join(sorted(set(needed)))} may need it")
        if removed:
            report(f"removed the states and passwords of the stacks on it: {', '.join(self.own) or 'none is left'}")
        for config in salted:
            if config.stack in self.own and config.secrets:
                report(f"kept {config.path}: it holds values that only its passphrase decrypts (`secure:`)")

    def _folders(self) -> Iterator[Path]:
        backend, project = pulumi_backend(self.project) / ".pulumi", project_name(self.project)
        for stack in self.own:
            yield embedded_state(self.project, stack)
            yield self.project / ".levee" / "secrets" / stack
            yield from (backend / kind / project / stack for kind in ("history", "backups"))
            yield backend / "locks" / "organization" / project / stack

    def _checkpoints(self) -> Iterator[Path]:
        folder = pulumi_backend(self.project) / ".pulumi" / "stacks" / project_name(self.project)
        for stack in self.own:
            yield from (each for each in _files(folder) if each.name.startswith(f"{stack}.json"))

    def _others(self) -> Iterator[str]:
        """The stacks that are left in levee's own backend."""
        own = {*self._checkpoints()}
        for folder in _files(pulumi_backend(self.project) / ".pulumi" / "stacks"):
            yield from (each.name.partition(".json")[0] for each in _files(folder) if each not in own)

    def _salted(self) -> tuple[list[SaltedConfig], list[str]]:
        """The configurations with a salt, and those that can't be read."""
        found, doubts = [], []
        for file in _files(config_folder(self.project)):
            if not (file.name.startswith("Pulumi.") and file.name.endswith(".yaml") and file.name != "Pulumi.yaml"):
                continue
            stack = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
            try:
                config = salted_config(self.project, stack, follow=False)
            except UnreadableError:
                doubts.append(str(file))
                continue
            found += [config] if config is not None else []
        return found, doubts

    def _still_needs(self, config: SaltedConfig, passphrase: str | None) -> bool:
        """Whether something that stays was encrypted with the passphrase that levee made."""
        if passphrase is None:
            return False
        return (config.stack not in self.own or config.secrets) and config.made_with(passphrase)

    def _is_ours(self, config: SaltedConfig, passphrase: str | None) -> bool:
        """Whether the salt is of the passphrase that levee made, or of one that went before it."""
        if config.secrets:
            return False
        if passphrase is not None:
            return config.made_with(passphrase)
        named = self.environment.keys() & set(OWN_PASSPHRASE)
        return not named and uses_own_backend(self.project, self.environment)


def _is_on(project: Path, stack: str, authority: Path) -> bool:
    """Whether a stack is on the local cluster with this certificate authority, and on loopback alone.

    A stack whose file doesn't tell is not.
    """
    values: Any = read_document(project, f"{STACKS}/{stack}/stack.yaml").values
    try:
        cluster, target = values["cluster"], values["target"]
        trusted = (project / cluster["security"]["ca_file"]).resolve()
        hosts = [address.rpartition(":")[0] for address in cluster["bootstrap"]]
        if target == Target.AWS:
            hosts.append(urlsplit(values["aws"]["endpoint"]).hostname or "")
        local = target in {Target.KAFKA, Target.AWS}
        return local and trusted == authority.resolve() and bool(hosts) and all(map(_is_loopback, hosts))
    except (TypeError, KeyError, AttributeError, ValueError, OSError, RuntimeError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()


def _write_rest(config: SaltedConfig, report: Report) -> None:
    """Take the salt out of a configuration; one that held nothing else goes."""
    if not config.rest.strip():
        config.path.unlink()
        return
    mode = config.path.stat().st_mode
    write_private(config.path, config.rest.decode("utf-8", "surrogateescape"))
    os.chmod(config.path, mode & 0o7777)  # noqa: PTH101
    report(f"removed the line `encryptionsalt` from {config.path}")
