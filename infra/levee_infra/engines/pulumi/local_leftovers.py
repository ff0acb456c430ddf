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

from levee.diagnostics import LeveeError
from levee.loading.documents import read_document
from levee.loading.folder import STACKS, stacks
from levee.loading.plain_file import UnreadableError
from levee.loading.project_name import project_name
from levee.model.stack import Target
from levee.targets.registry import MODELS
from levee_infra.deployed.checkpoint import checkpoint_file, locks
from levee_infra.deployed.engine_error import EngineError
from levee_infra.deployed.location import embedded_state, moves, pulumi_backend, pulumi_passphrase
from levee_infra.engines.embedded.lock import hold
from levee_infra.engines.pulumi.environment import names_passphrase, uses_own_backend
from levee_infra.engines.pulumi.lock import require_gone
from levee_infra.engines.pulumi.stack_config import SaltedConfig, config_folder, kept_passphrase, salted_config

Report = Callable[[str], None]


@contextmanager
def local_leftovers(
    project: Path, authority: Path, environment: Mapping[str, str]
) -> Iterator[Callable[[Report], None]]:
    """Hold the stacks that are on the local cluster with this certificate authority; yields what removes their things.

    Raises LeveeError, before anything is changed, where a command works on one of them, or something can't be read.
    """
    names = stacks(project) if (project / STACKS).is_dir() else ()
    own = tuple(name for name in names if _is_on(project, name, authority))
    with ExitStack() as held:
        for stack in own:
            for lock in locks(pulumi_backend(project), project, stack):
                require_gone(lock, stack)
            if (state := embedded_state(project, stack)).is_dir():
                try:
                    held.enter_context(hold(state, "levee local down --delete-data"))
                except EngineError as error:
                    raise LeveeError(error.message, error.help) from None
        yield _Leftovers(project, own, environment).removal().carry_out


@dataclass(frozen=True, slots=True)
class _Removal:
    """What goes, in this order, and what is said of what stays."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    configs: tuple[SaltedConfig, ...]
    kept: tuple[str, ...]

    def carry_out(self, report: Report) -> None:
        """The passphrase goes after all that needs it, so that an interrupted removal can be repeated."""
        for folder in self.folders:
            shutil.rmtree(folder)
        for config in self.configs:
            _write_rest(config, report)
        for file in self.files:
            file.unlink()
        if self.folders or self.configs or self.files:
            report("removed the states of the stacks on it, and the passwords and passphrase that levee made for them")
        for each in self.kept:
            report(f"kept {each}")


@dataclass(frozen=True, slots=True)
class _Leftovers:
    """What a project holds; all of the stacks `own` are on the cluster of this machine."""

    project: Path
    own: tuple[str, ...]
    environment: Mapping[str, str]

    def removal(self) -> _Removal:
        """What may go. Raises LeveeError where that can't be determined."""
        backend, file = pulumi_backend(self.project), pulumi_passphrase(self.project)
        passphrase = kept_passphrase(self.project)
        salted, unreadable = self._salted()
        checkpoints = tuple(self._checkpoints(backend))
        others = [each for each in (backend / ".pulumi" / "stacks").rglob("*") if each.is_file()]
        needed = [str(each) for each in others if each not in checkpoints] + unreadable
        needed += [str(each.path) for each in salted if self._still_needs(each, passphrase)]
        folders = [each for each in self._folders(backend) if each.is_dir()]
        kept = [
            f"{each.path}: it holds values that only its passphrase decrypts (`secure:`)"
            for each in salted
            if each.stack in self.own and each.secrets
        ]
        stripped = tuple(each for each in salted if each.stack in self.own and self._is_ours(each, passphrase))
        if needed:
            stripped = stripped if passphrase is None else ()
            kept += [f"{file}: {', '.join(needed)} may need it"] if passphrase is not None else []
            return _Removal(_without_links(folders), checkpoints, stripped, tuple(kept))
        return _Removal(
            folders=_without_links([*folders, backend] if backend.is_dir() else folders),
            # One that nothing here was encrypted with may be of what lies elsewhere: on another branch, say.
            files=(file,) if passphrase is not None and (stripped or checkpoints) else (),
            configs=stripped,
            kept=tuple(kept),
        )

    def _folders(self, backend: Path) -> Iterator[Path]:
        project = project_name(self.project)
        for stack in self.own:
            yield embedded_state(self.project, stack)
            yield moves(self.project, stack)
            yield self.project / ".levee" / "secrets" / stack
            yield from (backend / ".pulumi" / kind / project / stack for kind in ("history", "backups"))
            yield backend / ".pulumi" / "locks" / "organization" / project / stack

    def _checkpoints(self, backend: Path) -> Iterator[Path]:
        for stack in self.own:
            file = checkpoint_file(backend, self.project, stack)
            yield from (each for each in _entries(file.parent) if each.name.startswith(file.name))

    def _salted(self) -> tuple[list[SaltedConfig], list[str]]:
        """The configurations with a salt, and those that can't be read."""
        found, unreadable = [], []
        for file in _entries(config_folder(self.project)):
            stack = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
            if file.name != f"Pulumi.{stack}.yaml":
                continue
            try:
                config = salted_config(self.project, stack, follow=False)
            except UnreadableError:
                unreadable.append(str(file))
                continue
            found += [config] if config is not None else []
        return found, unreadable

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
        named = names_passphrase(self.project, self.environment)
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
        if MODELS[Target(target)].account is not None:
            hosts.append(urlsplit(values[target]["endpoint"]).hostname or "")
        return trusted == authority.resolve() and bool(hosts) and all(map(_is_loopback, hosts))
    except (TypeError, KeyError, AttributeError, ValueError, OSError, RuntimeError):
        return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _entries(folder: Path) -> Iterable[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()


def _without_links(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The folders themselves. Raises LeveeError for one that a link stands for: what it leads to may be anybody's."""
    found = tuple(folders)
    for folder in found:
        if any(each.is_symlink() for each in (folder, folder.parent)):
            raise LeveeError(
                f"{folder} lies behind a symbolic link; nothing was changed",
                "remove the link, and what it leads to if that is yours",
            )
    return found


def _write_rest(config: SaltedConfig, report: Report) -> None:
    """Take the salt out of a configuration; one that held nothing else goes."""
    if not config.rest.strip():
        config.path.unlink()
        return
    draft = config.path.with_name(f".{config.path.name}.{os.getpid()}")
    draft.write_bytes(config.rest)
    draft.chmod(config.path.stat().st_mode & 0o7777)
    draft.replace(config.path)
    report(f"removed the line `encryptionsalt` from {config.path}")
