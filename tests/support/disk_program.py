"""Pulumi resources for ``disk_provider`` and a stack to run programs of them in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi

from levee_infra.deployed.embedded_journal import Identity, load
from levee_infra.deployed.embedded_state import State
from levee_infra.engines.contract import Action
from levee_infra.engines.embedded.engine import Run, Summary, run
from levee_infra.engines.embedded.event import Event, ResourceEvent, Stage
from tests.support.disk_provider import FILE, DiskProvider


class Disk(pulumi.ProviderResource):
    def __init__(self, name: str, directory: Path, opts: pulumi.ResourceOptions | None = None, **config: Any) -> None:
        super().__init__("disk", name, {"directory": str(directory), **config}, opts)


class File(pulumi.CustomResource):
    path: pulumi.Output[str]
    secret: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        super().__init__(FILE, name, {"name": name, "content": "", "path": None, **inputs}, opts)


class Folder(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("disk:index:Folder", name, None, opts)


def _folder(name: str) -> str | None:
    return f"urn:pulumi:dev::test::disk:index:Folder::{name}" if name else None


@dataclass
class DiskStack:
    """A stack whose resources are files under ``root``."""

    root: Path
    pause: float = 0.0
    events: list[Event] = field(default_factory=list)
    provider: DiskProvider | None = None

    def __post_init__(self) -> None:
        self.files.mkdir(parents=True, exist_ok=True)

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def state_directory(self) -> Path:
        return self.root / "state"

    def run(self, operation: Action, program: Callable[[], None], **changes: Any) -> Summary:
        self.events = []
        return run(
            Run(
                **{
                    "project": "test",
                    "stack": "dev",
                    "operation": operation,
                    "program": program,
                    "providers": {"disk": self._servicer},
                    "state_directory": self.state_directory,
                    "on_event": self.events.append,
                    **changes,
                }
            )
        )

    def preview(self, program: Callable[[], None], **changes: Any) -> Summary:
        return self.run(Action.PREVIEW, program, **changes)

    def up(self, program: Callable[[], None], **changes: Any) -> Summary:
        return self.run(Action.UP, program, **changes)

    def destroy(self, program: Callable[[], None] = lambda: None, **changes: Any) -> Summary:
        return self.run(Action.DESTROY, program, **changes)

    def program(self, files: Mapping[str, Mapping[str, Any]]) -> Callable[[], None]:
        """A program of files: name to inputs. Options among the inputs: ``protect``; ``below``, the name of a folder;
        ``needs``, names of files; and ``aliases``, where the file may have been: below a folder, or "" below none.
        """

        def main() -> None:
            disk = Disk("disk", self.files)
            folders = {name: Folder(name) for name in sorted({f["below"] for f in files.values() if "below" in f})}
            made: dict[str, pulumi.Resource] = {}
            for name, inputs in files.items():
                values = dict(inputs)
                options = pulumi.ResourceOptions(
                    provider=disk,
                    protect=values.pop("protect", None),
                    parent=folders.get(values.pop("below", "")),
                    depends_on=[made[needed] for needed in values.pop("needs", ())],
                    aliases=[pulumi.Alias(parent=_folder(below)) for below in values.pop("aliases", ())],
                )
                made[name] = File(name, options, **values)

        return main

    @property
    def state(self) -> State:
        return load(self.state_directory, Identity("test", "dev"))

    def names(self) -> set[str]:
        """Names of the files in the state."""
        return {resource.name for resource in self.state.resources.values() if resource.type == FILE}

    def on_disk(self) -> set[str]:
        return {path.name for path in self.files.iterdir()} - {"effects"}

    def effects(self) -> list[str]:
        path = self.files / "effects"
        return path.read_text().splitlines() if path.exists() else []

    def happened(self, stage: Stage) -> list[tuple[str, str]]:
        """(operation, name) of every resource event at this stage, files only, in order."""
        return [
            (event.op.value, event.name)
            for event in self.events
            if isinstance(event, ResourceEvent) and event.stage is stage and event.type == FILE
        ]

    def _servicer(self) -> DiskProvider:
        self.provider = DiskProvider(self.pause)
        return self.provider
