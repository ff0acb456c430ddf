"""A provider with one kind of resource, kept in memory."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from levee_infra.providers.protocol.kind import Declaration, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, reveal

if TYPE_CHECKING:
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderAsyncStub

URN = "urn:pulumi:test::project::test:index:Parent$test:index:Note::first"


@dataclass
class Note(ResourceKind):
    """A note with a body; certain bodies make certain things go wrong."""

    token: str = "test:index:Note"
    live: dict[str, Properties] = field(default_factory=dict)
    previews: int = 0

    async def check(self, declaration: Declaration) -> Properties:
        if reveal(declaration.new.get("body")) == "bad":
            raise refused("body", "a bad body; write a good one")
        return declaration.new

    async def preview_create(self, new: Properties) -> Properties:
        self.previews += 1
        return new

    async def create(self, new: Properties) -> Recorded:
        match new.get("body"):
            case "fail":
                raise FailedError("the disk is full")
            case "half":
                raise PartlyDoneError("first", {"body": "ha"}, ["wrote two letters of four"])
            case "bug":
                raise KeyError("a-password")
        self.live["first"] = new
        return Recorded("first", new, new)

    async def read(self, recorded: Recorded) -> Recorded | None:
        live = self.live.get(recorded.id)
        return None if live is None else Recorded(recorded.id, live, live)

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        self.live[recorded.id] = new
        return new

    async def delete(self, recorded: Recorded) -> None:
        self.live.pop(recorded.id, None)


class NoteProvider(PluginProvider):
    name = "test"
    version = "1.2.3"

    def __init__(self) -> None:
        super().__init__()
        self.note = Note()
        self.closed = 0

    def schema(self) -> str:
        return "{}"

    def check_config(self, config: Properties) -> None:
        if config.get("where") == "nowhere":
            raise refused("where", "nowhere is no place")

    def configure(self, config: Properties) -> Package:
        return Package(kinds=(self.note,), close=self._count_close)

    async def _count_close(self) -> None:
        self.closed += 1


@dataclass
class Served:
    provider: NoteProvider
    stub: "ResourceProviderAsyncStub"
