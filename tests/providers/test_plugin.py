"""The protocol layer over real gRPC, with a kind of resource kept in memory."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import pytest
import pytest_asyncio
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from infra.providers.failures import FailedError, PartlyDoneError, refused
from infra.providers.held_back import QUIET_SECONDS
from infra.providers.kind import Declaration, Package, Recorded, ResourceKind
from infra.providers.plugin import PluginProvider
from infra.providers.properties import UNKNOWN, Properties, Secret, decode, encode, reveal
from tests.support.provider_host import failure_of, hosted

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


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    provider = NoteProvider()
    async with hosted(provider) as stub:
        await stub.Configure(provider_pb2.ConfigureRequest())
        yield Served(provider, stub)


async def test_handshake_and_configure_promise_the_same(served: Served) -> None:
    hands = await served.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    configured = await served.stub.Configure(provider_pb2.ConfigureRequest())
    assert hands.accept_secrets is configured.acceptSecrets is True
    assert hands.accept_resources is configured.acceptResources is True
    assert hands.accept_outputs is configured.acceptOutputs is False
    assert configured.supportsPreview
    assert served.provider.closed == 1
    assert (await served.stub.GetPluginInfo(empty_pb2.Empty())).version == "1.2.3"


async def test_refusal_in_check_is_a_check_failure(served: Served) -> None:
    answer = await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": "bad"})))
    assert [(f.property, f.reason) for f in answer.failures] == [("body", "a bad body; write a good one")]


async def test_refusal_of_a_secret_names_it_in_the_text_only(served: Served) -> None:
    # The engine prints the value of the property that a failure names.
    answer = await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": Secret("bad")})))
    assert [(f.property, f.reason) for f in answer.failures] == [("", "body: a bad body; write a good one")]
    assert not answer.inputs.fields


async def test_refused_configuration_is_a_check_failure(served: Served) -> None:
    answer = await served.stub.CheckConfig(provider_pb2.CheckRequest(news=encode({"where": "nowhere"})))
    assert [f.property for f in answer.failures] == ["where"]


async def test_failure_is_one_clean_line_that_leaves_the_state_known(served: Served) -> None:
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "fail"})))
    )
    assert error.details() == "the disk is full"
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_half_done_work_carries_the_live_state(served: Served) -> None:
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "half"})))
    )
    metadata = cast("Any", error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id == "first"
    assert decode(detail.properties) == {"body": "ha"}
    assert list(detail.reasons) == ["wrote two letters of four"]


async def test_a_bug_shows_neither_a_value_nor_a_place(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".levee").mkdir()
    monkeypatch.chdir(tmp_path)
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "bug"})))
    )
    kept = tmp_path / ".levee" / "fault.txt"
    assert error.details() == f"a fault in levee: KeyError; please report it, with {kept}"
    assert "test_plugin.py:" in kept.read_text()
    assert "a-password" not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_unknown_type_is_named(served: Served) -> None:
    urn = "urn:pulumi:test::project::test:index:Other::x"
    error = await failure_of(served.stub.Create(provider_pb2.CreateRequest(urn=urn)))
    assert "test:index:Other" in str(error.details())


async def test_what_came_in_secret_goes_out_secret(served: Served) -> None:
    secret = encode({"body": Secret("x"), "plain": "y"})
    made = await served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=secret))
    assert decode(made.properties) == {"body": Secret("x"), "plain": "y"}


async def test_preview_rehearses_only_what_is_known(served: Served) -> None:
    for body in (UNKNOWN, "known"):
        request = provider_pb2.CreateRequest(urn=URN, properties=encode({"body": body}), preview=True)
        answer = await served.stub.Create(request)
        assert answer.id == ""
        assert decode(answer.properties) == {"body": body}
    assert served.provider.note.previews == 1
    assert served.provider.note.live == {}


async def test_read_of_what_is_gone_answers_with_no_id(served: Served) -> None:
    answer = await served.stub.Read(provider_pb2.ReadRequest(urn=URN, id="first"))
    assert answer.id == ""


async def test_diff_names_paths_and_never_replaces(served: Served) -> None:
    answer = await served.stub.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            id="first",
            old_inputs=encode({"config": {"a.b": "1", "gone": "x", "same": "s"}, "__defaults": []}),
            olds=encode({"config": {"a.b": "2", "gone": "x", "same": "s", "by.hand": "h"}, "__meta": "{}"}),
            news=encode({"config": {"a.b": "1", "same": "s", "new": UNKNOWN}}),
        )
    )
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    kinds = {path: (one.kind, one.inputDiff) for path, one in answer.detailedDiff.items()}
    assert kinds == {
        'config["a.b"]': (provider_pb2.PropertyDiff.UPDATE, False),
        "config.gone": (provider_pb2.PropertyDiff.DELETE, True),
        "config.new": (provider_pb2.PropertyDiff.ADD, True),
    }
    assert not answer.replaces
    assert not answer.deleteBeforeReplace


async def test_ignored_changes_keep_the_live_value(served: Served) -> None:
    ignore = ['config["a.b"]', "size"]
    old: Properties = {"config": {"a.b": "1"}, "size": 3}
    live: Properties = {"config": {"a.b": "2"}, "size": 9}
    diff = await served.stub.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            id="first",
            old_inputs=encode(old),
            olds=encode(live),
            news=encode(old),
            ignoreChanges=ignore,
        )
    )
    assert diff.changes == provider_pb2.DiffResponse.DIFF_NONE
    await served.stub.Update(
        provider_pb2.UpdateRequest(
            urn=URN,
            id="first",
            old_inputs=encode(old),
            olds=encode(live),
            news=encode(old),
            ignoreChanges=ignore,
        )
    )
    assert served.provider.note.live["first"] == live


async def test_after_cancel_nothing_new_begins(served: Served) -> None:
    await served.stub.Cancel(empty_pb2.Empty())
    error = await failure_of(served.stub.Create(provider_pb2.CreateRequest(urn=URN)))
    assert error.code() is grpc.StatusCode.CANCELLED
    assert served.provider.note.live == {}


HOLDING = encode({"onDestroy": "refuse"})


async def delete(served: Served) -> str:
    """Ask for the deletion of what is there; why it was refused."""
    served.provider.note.live["first"] = {}
    request = provider_pb2.DeleteRequest(urn=URN, id="first")
    try:
        await served.stub.Delete(request)
    except grpc.aio.AioRpcError as error:
        assert "first" in served.provider.note.live
        return str(error.details())
    assert "first" not in served.provider.note.live
    return ""


async def declare(served: Served) -> None:
    await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": "x"})))


async def test_a_run_that_declares_nothing_deletes_nothing_of_a_stack_that_protects(served: Served) -> None:
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.Read(provider_pb2.ReadRequest(urn=URN, id="first"))
    assert "nothing was deleted" in await delete(served)
    assert "nothing was deleted" in await delete(served), "however often it is asked"


async def test_a_program_that_is_run_for_its_providers_alone_declares_nothing(served: Served) -> None:
    """So `pulumi destroy --run-program` begins: with a check of the configuration, and none of a resource."""
    await served.stub.CheckConfig(provider_pb2.CheckRequest(news=HOLDING))
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    assert "nothing was deleted" in await delete(served)


async def test_an_update_may_delete_what_its_program_no_longer_declares(served: Served) -> None:
    """Also where a refresh before the program had the provider configured from the state, and it stayed the same."""
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.CheckConfig(provider_pb2.CheckRequest(news=HOLDING))
    await declare(served)
    assert await delete(served) == ""


async def test_a_process_that_outlives_an_update_still_refuses_to_destroy(served: Served) -> None:
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await declare(served)
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    assert "nothing was deleted" in await delete(served)


async def test_a_stack_that_protects_nothing_may_be_destroyed(served: Served) -> None:
    assert await delete(served) == ""
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.Configure(provider_pb2.ConfigureRequest())
    assert await delete(served) == ""


async def test_a_stack_that_comes_to_protect_keeps_its_provider(served: Served) -> None:
    for old, new in ((encode({}), HOLDING), (HOLDING, encode({}))):
        request = provider_pb2.DiffRequest(id="x", olds=old, news=new)
        answer = await served.stub.DiffConfig(request)
        assert (answer.changes, [*answer.replaces]) == (provider_pb2.DiffResponse.DIFF_SOME, [])


async def test_another_word_for_it_is_refused(served: Served) -> None:
    answer = await served.stub.CheckConfig(provider_pb2.CheckRequest(news=encode({"onDestroy": "keep"})))
    assert [failure.property for failure in answer.failures] == ["onDestroy"]


class Deletions:
    """Deletions of the engine's own, each of which ends when it is told to."""

    def __init__(self, served: Served) -> None:
        self.begun: list[str] = []
        self.gate = asyncio.Event()
        self._served = served
        served.provider.note.delete = self._delete  # type: ignore[method-assign]

    async def _delete(self, recorded: Recorded) -> None:
        self.begun.append(recorded.id)
        await self.gate.wait()

    def ask(self, name: str) -> "asyncio.Task[empty_pb2.Empty]":
        async def call() -> empty_pb2.Empty:
            return await self._served.stub.Delete(provider_pb2.DeleteRequest(urn=URN, id=name))

        return asyncio.create_task(call())

    async def until_begun(self, *names: str) -> None:
        while self.begun != [*names]:
            await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def deletions(served: Served) -> Deletions:
    await served.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    await served.stub.Configure(provider_pb2.ConfigureRequest())
    return Deletions(served)


async def test_of_deletions_that_are_cancelled_the_one_held_back_fails(served: Served, deletions: Deletions) -> None:
    """The engine would call the run a success otherwise."""
    first = deletions.ask("first")
    await deletions.until_begun("first")
    second = deletions.ask("second")
    await asyncio.sleep(3 * QUIET_SECONDS)
    third = deletions.ask("third")
    await deletions.until_begun("first", "second")
    await served.stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.aio.AioRpcError, match="not deleted, as the run was interrupted"):
        await third
    deletions.gate.set()
    await asyncio.gather(first, second)
    assert deletions.begun == ["first", "second"], "what was under way ran to its end, and nothing else"


async def test_the_deletion_held_back_begins_when_no_other_is_under_way(deletions: Deletions) -> None:
    deletions.gate.set()
    await asyncio.gather(*map(deletions.ask, ("first", "second", "third")))
    assert sorted(deletions.begun) == ["first", "second", "third"]


HERE = Path(__file__).parent

SERVE = """
import sys
sys.path.insert(0, {folder!r})
from test_plugin import NoteProvider
from infra.providers.serving import serve
serve(NoteProvider())
"""


def start() -> "subprocess.Popen[str]":
    program = SERVE.format(folder=str(HERE))
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_served_process_prints_its_port_alone_and_ends_cleanly(number: signal.Signals) -> None:
    process = start()
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())
    assert info.version == "1.2.3"
    process.send_signal(number)
    assert process.wait(20) == 0
    assert process.stdout.read() == ""


def test_served_process_that_is_stopped_more_than_once_says_nothing() -> None:
    process = start()
    assert process.stdout is not None
    process.stdout.readline()
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)  # else it does nothing but take signals
    assert (process.returncode, process.communicate()) == (0, ("", ""))


@pytest.mark.parametrize("plugin", ["infra/providers/kafka", "infra/providers/levee", "policies"])
def test_a_process_that_is_stopped_while_it_starts_says_nothing(plugin: str) -> None:
    command = [sys.executable, "-X", "importtime", str(HERE.parents[1] / plugin), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any(" google.protobuf" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == 0


def test_what_a_library_logs_shows_neither_a_traceback_nor_a_value(tmp_path: Path) -> None:
    program = (
        "import logging; from infra.providers import serving; serving.asyncio.run = lambda work, **_: work.close()\n"
        "serving.serve(None)\n"
        "try: {}['a-password']\n"
        "except KeyError: logging.getLogger('grpc').exception('Unexpected %s', 'a-password')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == "a fault in levee: KeyError; please report it\n"


def test_served_process_ends_when_its_engine_is_killed() -> None:
    plugin = SERVE.format(folder=str(HERE))
    program = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {plugin!r}]); time.sleep(60)"
    engine = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    int(engine.stdout.readline())
    engine.kill()
    # The plugin holds the other end of the pipe: end of file means that it is gone too.
    assert engine.stdout.read() == ""
