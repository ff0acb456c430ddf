"""How a plugin ends what is under way, and itself, when a run is stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
import pytest_asyncio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from levee_infra.providers.protocol.held_back import QUIET_SECONDS
from levee_infra.providers.protocol.kind import Recorded

if TYPE_CHECKING:
    pass

from tests.support.note_provider import URN, Served


class Deletions:
    """Deletions of the engine's own, each of which ends when it is asked to."""

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


PROJECT = Path(__file__).parents[2]

SERVE = """
import sys
sys.path.insert(0, {folder!r})
from tests.support.note_provider import NoteProvider
from levee_infra.providers.protocol.serving import serve
serve(NoteProvider())
"""


def start() -> "subprocess.Popen[str]":
    program = SERVE.format(folder=str(PROJECT))
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
    command = [sys.executable, "-X", "importtime", str(PROJECT / plugin), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any(" google.protobuf" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
    assert process.returncode == 0


def test_what_a_library_logs_shows_neither_a_traceback_nor_a_value(tmp_path: Path) -> None:
    program = (
        "import logging; from levee_infra.providers.protocol import serving as s\n"
        "s.asyncio.run = lambda work, **_: work.close()\n"
        "s.serve(None)\n"
        "try: {}['a-password']\n"
        "except KeyError: logging.getLogger('grpc').exception('Unexpected %s', 'a-password')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == "a fault in levee: KeyError; please report it\n"


def test_served_process_ends_when_its_engine_is_killed() -> None:
    plugin = SERVE.format(folder=str(PROJECT))
    program = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {plugin!r}]); time.sleep(60)"
    engine = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    int(engine.stdout.readline())
    engine.kill()
    # The plugin holds the other end of the pipe: end of file means that it is gone too.
    assert engine.stdout.read() == ""
