"""A stack changes over from one engine to the other: its state is copied, and the one that it came from is set aside.

A note says so from before the copy until exactly one engine's state holds the stack. While it is there, neither engine
works on the stack. Ended at any moment, even killed, the same command again goes on: what still holds the stack is what
counts, and the other one's state is a copy of it or nothing (docs/decisions/0027-a-stack-moves-between-engines.md).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final, Protocol

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee.loading.project_name import FILE, project_name
from levee_infra.deployed.embedded_journal import JOURNAL_FILE, Identity, load, write
from levee_infra.deployed.embedded_state import State
from levee_infra.deployed.engine_error import EngineError
from levee_infra.deployed.holder import EngineName, forget_holder, holder, move_note, move_under_way, note_holder
from levee_infra.deployed.location import PROJECT, embedded_state, moves, pulumi_elsewhere
from levee_infra.deployed.resources import STACK
from levee_infra.deployed.under_way import deployed_before
from levee_infra.engines.contract import Report
from levee_infra.engines.embedded.lock import hold
from levee_infra.engines.pulumi.engine import PulumiEngine
from levee_infra.engines.pulumi.environment import environment
from levee_infra.engines.translation import GO_ON, Naming, document, from_pulumi, to_pulumi
from levee_infra.ignored_folder import make_ignored

_LARGEST: Final = 1024 * MIB


def exported(project: Path, stack: str, now: datetime) -> str:
    """What the embedded engine holds of a stack, as `pulumi stack import` takes it. Raises LeveeError."""
    if not embedded_state(project, stack).is_dir():
        raise _holds_nothing(stack, EngineName.EMBEDDED)
    with _held(project, stack, "levee state export"):
        state = _Embedded(project, stack).read()
    if not _is_of_something(state):
        raise _holds_nothing(stack, EngineName.EMBEDDED)
    return json.dumps(to_pulumi(state, Naming(project_name(project), stack), now), indent=2) + "\n"


def move(project: Path, stack: str, to: EngineName, clock: Clock, report: Report) -> None:
    """Have the engine `to` hold the stack that the other one holds.

    Raises LeveeError: nothing was changed, or the same command goes on.
    """
    embedded, pulumi = _Embedded(project, stack), _Pulumi(PulumiEngine(project), project, stack, clock, report)
    ends: dict[EngineName, _End] = {EngineName.EMBEDDED: embedded, EngineName.PULUMI: pulumi}
    if not os.path.lexists(project / FILE):  # the CLI would look in the folders above
        raise LeveeError(f"there is no {FILE}, so Pulumi has no such project", "`levee init` writes one", exit_code=2)
    with _held(project, stack, "levee state import"):
        if move_under_way(project, stack) is not None:
            pulumi.engine.free_stale_lock(stack, report)  # of an import that was killed
        elif pulumi.engine.is_left_locked(stack):
            raise _interrupted(stack, EngineName.PULUMI)  # it may have made what no state knows
        _move(project, stack, (ends.pop(to), *ends.values()), clock, report)
        if to is EngineName.PULUMI:
            note_holder(project, stack, environment(project))
        else:
            forget_holder(project, stack)
        _write(move_note(project, stack), None)


def take(project: Path, stack: str, file: Path) -> None:
    """Have the embedded engine hold what an export tells of a stack that no state here holds.

    Raises LeveeError; nothing was changed.
    """
    with _held(project, stack, "levee state import"):
        elsewhere = pulumi_elsewhere(project, stack)
        if os.path.lexists(elsewhere):
            raise LeveeError(
                f"stack {stack} was deployed by the pulumi engine, to a backend outside this project",
                f"without --file the stack is taken from there; where it holds nothing any more, remove {elsewhere}",
                exit_code=2,
            )
        _require_free(project, stack)
        again = f"export it again, `pulumi stack export --stack {stack} --file {file}`, and take it as it was written"
        try:
            told = json.loads(read_plain_text(file, _LARGEST), object_pairs_hook=_each_key_once)
            state = from_pulumi(told, Naming(project_name(project), stack))
        except UnreadableError as error:
            raise LeveeError(f"{file} can't be read: {error.message}", error.hint, exit_code=2) from None
        except LeveeError as error:
            hint = again if error.help == GO_ON else error.help
            raise LeveeError(f"{file}: {error.message}", hint, exit_code=2) from None
        except json.JSONDecodeError as error:
            place = f"{file}:{error.lineno}:{error.colno}"
            raise LeveeError(f"{place}: it is no JSON, or not all of it: {error.msg}", again, exit_code=2) from None
        except (ValueError, RecursionError) as error:
            why = str(error) if isinstance(error, _KeyTwice) else "it is no JSON of an export"
            raise LeveeError(f"{file}: {why}", again, exit_code=2) from None
        if not _is_of_something(state):
            raise LeveeError(f"{file} holds nothing of stack {stack}", again, exit_code=2)
        _Embedded(project, stack).write(state)


class _KeyTwice(ValueError):
    """A mapping of JSON that says two things of one key: readers differ in which of them they take."""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        of = f", of {mapping['urn']}" if "urn" in mapping else ""
        raise _KeyTwice(f"the key `{twice}` stands twice in one mapping{of}")
    return mapping


class _End(Protocol):
    """One engine's state of the stack."""

    @property
    def name(self) -> EngineName:
        """Whose it is."""

    @property
    def suffix(self) -> str:
        """Of the file that it is kept in."""

    def read(self) -> State:
        """What it holds. Raises LeveeError where that can't be read, or a run was interrupted."""

    def write(self, state: State) -> None:
        """Hold this instead."""

    def set_aside(self, kept: Path) -> None:
        """Keep what it holds in this file and hold nothing; nothing is done where it holds something else by now."""


def _move(project: Path, stack: str, ends: tuple[_End, ...], clock: Clock, report: Report) -> None:
    target, source = ends
    begun = move_under_way(project, stack)
    if begun not in {None, target.name}:
        raise LeveeError(
            f"the move of stack {stack} to the {begun} engine was interrupted",
            f"finish it first: `levee state import {stack} --engine {begun}`; or, where that engine's state holds "
            f"nothing of the stack, remove {move_note(project, stack)}",
            exit_code=2,
        )
    state, held = source.read(), target.read()
    if not _is_of_something(state):
        if begun is not None and _is_of_something(held):
            return
        raise _holds_nothing(stack, source.name)
    if begun is None and _is_of_something(held) and held != state:
        raise LeveeError(
            f"the {target.name} engine holds stack {stack} already, and not the same of it",
            "two states of one stack would each delete what the other made: find out which one tells the truth, and "
            "empty the other",
            exit_code=2,
        )
    _write(move_note(project, stack), target.name)
    if held != state:
        target.write(state)
    kept = _free_name(moves(project, stack), f"{clock.now():%Y-%m-%dT%H%M%SZ}-{source.name}", source.suffix)
    source.set_aside(kept)
    report(f"the state of the {source.name} engine is kept in {kept}")


def _free_name(folder: Path, name: str, suffix: str) -> Path:
    """A file that isn't there: nothing that was kept before is overwritten."""
    numbered = (f"{name}{'' if number == 1 else f'-{number}'}.{suffix}" for number in count(1))
    return next(folder / each for each in numbered if not os.path.lexists(folder / each))


@dataclass(frozen=True, slots=True)
class _Embedded:
    project: Path
    stack: str
    name: EngineName = EngineName.EMBEDDED
    suffix: str = "jsonl"

    def read(self) -> State:
        with _as_levee_error():
            state = load(self._directory, self._identity)
        if state.unfinished or deployed_before(self._directory) is not None:
            raise _interrupted(self.stack, self.name)
        return state

    def write(self, state: State) -> None:
        with _as_levee_error():
            write(self._directory, self._identity, state)

    def set_aside(self, kept: Path) -> None:
        try:
            (self._directory / JOURNAL_FILE).rename(kept)
        except OSError as error:
            raise _unwritable(kept, error) from None
        _sync(kept.parent, self._directory)

    @property
    def _directory(self) -> Path:
        return embedded_state(self.project, self.stack)

    @property
    def _identity(self) -> Identity:
        return Identity(PROJECT, self.stack)


@dataclass(slots=True)
class _Pulumi:
    engine: PulumiEngine
    project: Path
    stack: str
    clock: Clock
    report: Report
    told: Any = None
    name: EngineName = EngineName.PULUMI
    suffix: str = "json"

    def read(self) -> State:
        self.told = self._export()
        return State() if self.told is None else from_pulumi(self.told, self._naming)

    def write(self, state: State) -> None:
        self.engine.replace(self.stack, to_pulumi(state, self._naming, self.clock.now()), self.report)

    def set_aside(self, kept: Path) -> None:
        if self._export() != self.told:
            message = f"the pulumi engine's state of stack {self.stack} was changed meanwhile"
            raise LeveeError(message, "run the same command again")
        _write(kept, json.dumps(self.told))
        of_secrets = {"secrets_providers": self.told["deployment"].get("secrets_providers")}
        self.engine.replace(self.stack, document((), self.clock.now(), **of_secrets), self.report)

    def _export(self) -> Any:
        text = self.engine.exported(self.stack)
        try:
            return None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            raise LeveeError(
                f"what `pulumi stack export --stack {self.stack}` prints is no JSON", exit_code=2
            ) from None

    @property
    def _naming(self) -> Naming:
        return Naming(project_name(self.project), self.stack)


def _require_free(project: Path, stack: str) -> None:
    held = holder(project, stack).engine
    begun = move_under_way(project, stack)
    if held is not None or begun is not None:
        raise LeveeError(
            f"stack {stack} is held by the {held or begun} engine's state here",
            "a file is taken where no state here holds the stack",
            exit_code=2,
        )


def _is_of_something(state: State) -> bool:
    """Whether it holds more than the stack itself, which a refused first run leaves."""
    return any(each.type != STACK for each in state.resources.values())


def _interrupted(stack: str, engine: EngineName) -> LeveeError:
    return LeveeError(
        f"the last run of the {engine} engine on stack {stack} was interrupted or failed",
        f"run `levee up {stack} --engine {engine}` to its end first",
        exit_code=2,
    )


def _holds_nothing(stack: str, engine: EngineName) -> LeveeError:
    return LeveeError(
        f"the {engine} engine holds nothing of stack {stack}", f"`levee status {stack}` says who does", exit_code=2
    )


@contextmanager
def _held(project: Path, stack: str, command: str) -> Iterator[None]:
    with _as_levee_error():
        try:
            make_ignored(embedded_state(project, stack))
            make_ignored(moves(project, stack))
        except OSError as error:
            raise _unwritable(Path(error.filename or project), error) from None
        with hold(embedded_state(project, stack), command):
            yield


@contextmanager
def _as_levee_error() -> Iterator[None]:
    try:
        yield
    except EngineError as error:
        raise LeveeError(error.message, error.help, exit_code=2) from None


def _write(file: Path, text: str | None) -> None:
    """The file as a whole, safe from a power cut; None: without it."""
    try:
        if text is None:
            file.unlink(missing_ok=True)
        else:
            draft = file.with_name(f".{file.name}.new")
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from None
    _sync(file.parent)


def _sync(*folders: Path) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unwritable(file: Path, error: OSError) -> LeveeError:
    return LeveeError(f"{file} can't be written: {error.strerror}", "make room there, and run the same command again")
