"""A real provider whose resources are files: what it did, and how often, can be read from the disk afterwards.

``disk:index:File`` has the inputs ``name``, ``content``, ``secret`` and ``behaviour`` (``fail``: every change fails;
``partial``: it is made but not well; ``unreadable``: Read fails; ``refuse`` and ``refuse-partly``: a rehearsal fails,
too; ``foresee``: a rehearsal knows all outputs; ``crash``: a change ends in a bug).
Its provider is configured with ``directory``. Every effect is one line in ``<directory>/effects``.
"""

import asyncio
import json
import os
from pathlib import Path

from typing_extensions import override

from levee_infra.providers.protocol.differences import Change, Difference
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from levee_infra.providers.protocol.kind import Declaration, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, is_known

FILE = "disk:index:File"


class DiskProvider(PluginProvider):
    """Keeps files in a directory. ``widest`` is how many changes, or rehearsals of them, were under way at once.

    ``previewed`` holds what was rehearsed, and ``calls`` what was called.
    """

    name = "disk"
    version = "1.0.0"

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self.widest = 0
        self.previewed: list[Properties] = []
        self.closed = False
        self.calls: list[str] = []
        self.pause = pause
        self.under_way = 0

    @override
    async def close(self) -> None:
        await super().close()
        self.closed = True

    @override
    def schema(self) -> str:
        return "{}"

    @override
    def check_config(self, config: Properties) -> None:
        if "directory" not in config:
            raise refused("directory", "is required")

    @override
    def configure(self, config: Properties) -> Package:
        self.calls.append("Configure")
        return Package((self.files(Path(str(config["directory"]))),), _nothing)

    def files(self, directory: Path) -> "Files":
        """The kind that it serves."""
        return Files(self, directory)


class Files(ResourceKind):
    """Files in one directory."""

    token = FILE

    def __init__(self, provider: DiskProvider, directory: Path) -> None:
        self._provider = provider
        self._directory = directory

    @override
    async def check(self, declaration: Declaration) -> Properties:
        self._provider.calls.append("Check")
        name = str(declaration.new["name"])
        await self._wait_while_held("check", name)
        if name.startswith("bad"):
            raise refused("name", f"{name} begins with bad")
        return declaration.new

    @override
    async def diff(self, recorded: Recorded, new: Properties) -> dict[str, Difference]:
        self._provider.calls.append("Diff")
        old = recorded.inputs
        different = [key for key in {*old, *new} if old.get(key) != new.get(key)]
        return {key: Difference(Change.UPDATE, declared=True) for key in different}

    @override
    def can_rehearse(self, new: Properties) -> bool:
        return True

    @override
    async def preview_create(self, new: Properties) -> Properties:
        outputs = await self._rehearse("create", new)
        if is_known(new):
            self._refuse_other(new)
        return outputs

    @override
    async def create(self, new: Properties) -> Recorded:
        await self._act("create", new)
        return Recorded(str(new["name"]), new, self._outputs(new))

    @override
    async def read(self, recorded: Recorded) -> Recorded | None:
        self._provider.calls.append("Read")
        if recorded.inputs.get("behaviour") == "unreadable":
            raise FailedError(f"{recorded.id} is out of reach")
        path = self._directory / recorded.id
        if not path.exists():
            return None
        found: Properties = {**recorded.inputs, "content": json.loads(path.read_text())["content"]}
        return Recorded(recorded.id, found, self._outputs(found))

    @override
    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        return await self._rehearse("update", new)

    @override
    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        await self._act("update", new)
        return self._outputs(new)

    @override
    async def delete(self, recorded: Recorded) -> None:
        await self._enter("delete", recorded.inputs)
        path = self._directory / recorded.id
        existed = path.exists()
        path.unlink(missing_ok=True)
        self._log("delete" if existed else "delete-nothing", recorded.id)
        await self._wait_while_held("after-delete", recorded.id)

    async def _rehearse(self, verb: str, inputs: Properties) -> Properties:
        await self._pass_through(f"rehearse-{verb}", str(inputs["name"]))
        self._provider.previewed.append(inputs)
        behaviour = inputs.get("behaviour")
        if behaviour == "refuse":
            raise FailedError(f"{verb} of {inputs['name']} refused")
        if behaviour == "refuse-partly":
            raise self._partly(inputs)
        return self._outputs(inputs) if behaviour == "foresee" else inputs

    def _refuse_other(self, inputs: Properties) -> None:
        path = self._path(inputs)
        if path.exists() and path.read_text() != _content(inputs):
            raise FailedError(f"{path.name} exists and is not as declared")

    async def _act(self, verb: str, inputs: Properties) -> None:
        await self._enter(verb, inputs)
        path = self._path(inputs)
        is_adoption = verb == "create" and path.exists()
        if is_adoption:
            self._refuse_other(inputs)
        # First the effect, at one stroke, then the line about it: a kill in between leaves one line too few.
        unfinished = self._directory.with_suffix(".new")
        unfinished.write_text(_content(inputs))
        unfinished.replace(path)
        self._log("adopt" if is_adoption else verb, path.name)
        await self._wait_while_held(f"after-{verb}", path.name)
        if inputs.get("behaviour") == "partial":
            raise self._partly(inputs)

    async def _pass_through(self, verb: str, name: str) -> None:
        provider = self._provider
        provider.calls.append(verb)
        provider.under_way += 1
        provider.widest = max(provider.widest, provider.under_way)
        await asyncio.sleep(provider.pause)
        await self._wait_while_held(verb, name)
        provider.under_way -= 1

    async def _enter(self, verb: str, inputs: Properties) -> None:
        await self._pass_through(verb, str(inputs.get("name")))
        if inputs.get("behaviour") in {"fail", f"fail-{verb}"}:
            raise FailedError(f"{verb} of {inputs['name']} refused")
        if inputs.get("behaviour") == "crash":
            raise RuntimeError("a bug in the provider")

    async def _wait_while_held(self, verb: str, name: str) -> None:
        """A test holds an operation by making ``<directory>.hold/<verb>-<name>``, and finds ``.reached`` beside it.

        ``after-<verb>-<name>`` holds it when it has taken effect but nobody knows yet.
        """
        gate = self._directory.with_suffix(".hold") / f"{verb}-{name}"
        if gate.exists():
            gate.with_suffix(".reached").touch()
        while gate.exists():
            await asyncio.sleep(0.005)

    def _partly(self, inputs: Properties) -> PartlyDoneError:
        return PartlyDoneError(str(inputs["name"]), self._outputs(inputs), ["it is made", "it is not well"])

    def _outputs(self, inputs: Properties) -> Properties:
        return {**inputs, "path": str(self._path(inputs))}

    def _path(self, inputs: Properties) -> Path:
        return self._directory / str(inputs["name"])

    def _log(self, verb: str, name: str) -> None:
        descriptor = os.open(self._directory / "effects", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, f"{verb} {name}\n".encode())
        os.close(descriptor)


async def _nothing() -> None:
    """There are no connections."""


def _content(inputs: Properties) -> str:
    return json.dumps({"content": inputs.get("content")})
