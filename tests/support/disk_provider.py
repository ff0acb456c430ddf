"""A real provider whose resources are files: what it did, and how often, can be read from the disk afterwards.

``disk:index:File`` has the inputs ``name``, ``content``, ``kind`` (a change would need a replacement), ``secret`` and
``behaviour`` (``fail``: every change fails; ``partial``: it is made but not well; ``unreadable``: Read fails;
``refuse`` and ``refuse-partly``: a rehearsal fails, too; ``foresee``: a rehearsal knows all outputs).
Its provider is configured with ``directory``. Every effect is one line in ``<directory>/effects``.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from google.protobuf.struct_pb2 import Struct
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
from typing_extensions import override

from levee_infra.providers.protocol.properties import Properties, decode_plain, encode, has_unknown

FILE = "disk:index:File"


class DiskProvider(ResourceProviderServicer):
    """Keeps files in a directory. ``widest`` is how many changes, or rehearsals of them, were under way at once.

    ``previewed`` holds what was rehearsed, and ``calls`` what was called.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self.widest = 0
        self.previewed: list[Properties] = []
        self.closed = False
        self.calls: list[str] = []
        self._pause = pause
        self._under_way = 0
        self._directory = Path()

    async def close(self) -> None:
        self.closed = True

    @override
    async def Handshake(self, request: pb.ProviderHandshakeRequest, context: Any) -> pb.ProviderHandshakeResponse:
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    @override
    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="1.0.0")

    @override
    async def Cancel(self, request: empty_pb2.Empty, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    @override
    async def DiffConfig(self, request: pb.DiffRequest, context: Any) -> pb.DiffResponse:
        some = pb.DiffResponse.DIFF_NONE if request.old_inputs == request.news else pb.DiffResponse.DIFF_SOME
        return pb.DiffResponse(changes=some)

    @override
    async def Configure(self, request: pb.ConfigureRequest, context: Any) -> pb.ConfigureResponse:
        config = decode_plain(request.args)
        directory = config.get("directory")
        assert isinstance(directory, str)
        self._directory = Path(directory)
        self.calls.append("Configure")
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @override
    async def CheckConfig(self, request: pb.CheckRequest, context: Any) -> pb.CheckResponse:
        if "directory" not in request.news.fields:
            return pb.CheckResponse(failures=[pb.CheckFailure(property="directory", reason="is required")])
        return pb.CheckResponse(inputs=request.news)

    @override
    async def Check(self, request: pb.CheckRequest, context: Any) -> pb.CheckResponse:
        self.calls.append("Check")
        failures = []
        name = request.news.fields["name"].string_value
        await self._wait_while_held("check", name)
        if name.startswith("bad"):
            failures.append(pb.CheckFailure(property="name", reason=f"{name} begins with bad"))
        return pb.CheckResponse(inputs=request.news, failures=failures)

    @override
    async def Diff(self, request: pb.DiffRequest, context: Any) -> pb.DiffResponse:
        self.calls.append("Diff")
        old, new = decode_plain(request.old_inputs), decode_plain(request.news)
        diffs = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        some = pb.DiffResponse.DIFF_SOME if diffs else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=some, diffs=diffs, replaces=[d for d in diffs if d in {"kind", "name"}])

    @override
    async def Create(self, request: pb.CreateRequest, context: Any) -> pb.CreateResponse:
        inputs = decode_plain(request.properties)
        if request.preview:
            return pb.CreateResponse(properties=await self._rehearse("create", inputs, context))
        await self._act("create", inputs, context)
        await self._fail_partly(inputs, context)
        return pb.CreateResponse(id=str(inputs["name"]), properties=self._outputs(inputs))

    @override
    async def Read(self, request: pb.ReadRequest, context: Any) -> pb.ReadResponse:
        self.calls.append("Read")
        inputs = decode_plain(request.inputs)
        if inputs.get("behaviour") == "unreadable":
            await context.abort(grpc.StatusCode.UNAVAILABLE, f"{request.id} is out of reach")
        path = self._directory / request.id
        if not path.exists():
            return pb.ReadResponse()
        found: Properties = {**inputs, "content": json.loads(path.read_text())["content"]}
        return pb.ReadResponse(id=request.id, inputs=encode(found), properties=self._outputs(found))

    @override
    async def Update(self, request: pb.UpdateRequest, context: Any) -> pb.UpdateResponse:
        inputs = decode_plain(request.news)
        if request.preview:
            return pb.UpdateResponse(properties=await self._rehearse("update", inputs, context))
        await self._act("update", inputs, context)
        await self._fail_partly(inputs, context)
        return pb.UpdateResponse(properties=self._outputs(inputs))

    @override
    async def Delete(self, request: pb.DeleteRequest, context: Any) -> empty_pb2.Empty:
        old = decode_plain(request.old_inputs)
        await self._enter("delete", old, context)
        path = self._directory / request.id
        existed = path.exists()
        path.unlink(missing_ok=True)
        self._log("delete" if existed else "delete-nothing", request.id)
        await self._wait_while_held("after-delete", request.id)
        return empty_pb2.Empty()

    async def _rehearse(self, verb: str, inputs: Properties, context: Any) -> Struct:
        await self._pass_through(f"rehearse-{verb}", str(inputs["name"]))
        self.previewed.append(inputs)
        behaviour = inputs.get("behaviour")
        if behaviour == "refuse":
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{verb} of {inputs['name']} refused")
        if behaviour == "refuse-partly":
            await self._abort_partly(inputs, context)
        if verb == "create" and not has_unknown(inputs):
            await self._refuse_other(inputs, context)
        return self._outputs(inputs) if behaviour == "foresee" else encode(inputs)

    async def _refuse_other(self, inputs: Properties, context: Any) -> None:
        path = self._path(inputs)
        if path.exists() and path.read_text() != _content(inputs):
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{path.name} exists and is not as declared")

    async def _act(self, verb: str, inputs: Properties, context: Any) -> None:
        await self._enter(verb, inputs, context)
        path = self._path(inputs)
        is_adoption = verb == "create" and path.exists()
        if is_adoption:
            await self._refuse_other(inputs, context)
        # First the effect, at one stroke, then the line about it: a kill in between leaves one line too few.
        unfinished = self._directory.with_suffix(".new")
        unfinished.write_text(_content(inputs))
        unfinished.replace(path)
        self._log("adopt" if is_adoption else verb, path.name)
        await self._wait_while_held(f"after-{verb}", path.name)

    async def _pass_through(self, verb: str, name: str) -> None:
        self.calls.append(verb)
        self._under_way += 1
        self.widest = max(self.widest, self._under_way)
        await asyncio.sleep(self._pause)
        await self._wait_while_held(verb, name)
        self._under_way -= 1

    async def _enter(self, verb: str, inputs: Properties, context: Any) -> None:
        await self._pass_through(verb, str(inputs.get("name")))
        if inputs.get("behaviour") in {"fail", f"fail-{verb}"}:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{verb} of {inputs['name']} refused")
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

    async def _fail_partly(self, inputs: Properties, context: Any) -> None:
        if inputs.get("behaviour") == "partial":
            await self._abort_partly(inputs, context)

    async def _abort_partly(self, inputs: Properties, context: Any) -> None:
        detail = any_pb2.Any()
        detail.Pack(
            pb.ErrorResourceInitFailed(
                id=str(inputs["name"]), properties=self._outputs(inputs), reasons=["it is made", "it is not well"]
            )
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message="partial", details=[detail])
        metadata = (("grpc-status-details-bin", status.SerializeToString()),)
        await context.abort(grpc.StatusCode.UNKNOWN, "partial", metadata)

    def _outputs(self, inputs: Properties) -> Struct:
        return encode({**inputs, "path": str(self._path(inputs))})

    def _path(self, inputs: Properties) -> Path:
        return self._directory / str(inputs["name"])

    def _log(self, verb: str, name: str) -> None:
        descriptor = os.open(self._directory / "effects", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, f"{verb} {name}\n".encode())
        os.close(descriptor)


def _content(inputs: Properties) -> str:
    return json.dumps({"content": inputs.get("content")})
