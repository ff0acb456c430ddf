"""A deployment with Pulumi's engine that a signal stops, on a `pulumi` of our own that ends as the real one does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from levee_policies.readback import topic
from tests.support.levee_process import LEVEE
from tests.support.stack_files import StackFiles

CLI: Final = """\
#!{python}
import json, os, pathlib, signal, sys, time
here = pathlib.Path(__file__).parent
received = []

def receive(number, _):
    received.append(number)
    (here / "received").open("a").write(f"{{number}} ")
    name = "^C" if number == signal.SIGINT else "SIGTERM"
    print(f"{{name}} received; {{'terminating' if len(received) > 1 else 'cancelling. If'}}", flush=True)

if sys.argv[1:3] == ["stack", "ls"]:
    print(json.dumps([{{"name": "test"}}]))
elif sys.argv[1:3] == ["stack", "export"]:
    print((here / "export.json").read_text())
elif sys.argv[1] == "destroy":
    if "dies" not in (here / "does").read_text():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, receive)
    (here / "pid").write_text(str(os.getpid()))
    print(" -  kafka:index:Topic a deleted (0s)", flush=True)
    needed = {{"ends": 0, "cancels": 1, "dies": 1, "terminates": 2, "goes on": 1}}[(here / "does").read_text()]
    while len(received) < needed:
        time.sleep(0.01)
    if (here / "does").read_text() == "goes on":
        received.clear()
        print("Destroying (test):", flush=True)
        while not received:
            time.sleep(0.01)
    time.sleep(0.3)
    print("Resources:\\n    - 1 deleted")
    sys.exit(8 if len(received) > 1 else 0)
"""
STATE: Final = [
    {"urn": f"urn:pulumi:test::p::{type_}::{name}", "type": type_, "custom": True, "id": name}
    for type_, name in ((topic.TYPE, "b"), (topic.TYPE, "c"), ("pulumi:pulumi:Stack", "p-test"))
]
LEFT: Final = "the state of stack test holds 3 resources: 2 topics, 1 stack"
SIGNALS: Final = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]

Send = Callable[["subprocess.Popen[str]", Path, int], None]


def to_levee(process: subprocess.Popen[str], _bin: Path, number: int) -> None:
    process.send_signal(number)


def to_the_group(process: subprocess.Popen[str], _bin: Path, number: int) -> None:
    os.killpg(process.pid, number)


def to_pulumi(_process: subprocess.Popen[str], folder: Path, number: int) -> None:
    os.kill(int((folder / "pid").read_text()), number)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the `pulumi` lies."""
    made = tmp_path / "bin"
    made.mkdir()
    (made / "pulumi").write_text(CLI.format(python=sys.executable))
    (made / "pulumi").chmod(0o755)
    (made / "export.json").write_text(json.dumps({"version": 3, "deployment": {"resources": STATE}}))
    return made


def destroy(folder: Path, does: str, send: Send | None = None, *numbers: int) -> tuple[int, str]:
    """Its exit code and what it wrote to standard error; the signals are sent once something was deleted."""
    files = StackFiles(folder.parent / "project").comply()
    (files.project / "Pulumi.yaml").write_text("name: p\nruntime: python\n")
    (folder / "does").write_text(does)
    with subprocess.Popen(
        [*LEVEE, "destroy", "test", "--yes", "--engine", "pulumi", "--project", str(files.project)],
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert send is None or any(" deleted (" in line for line in process.stdout)
        for number in numbers:
            assert send is not None
            send(process, folder, number)
            assert does == "dies" or " received; " in process.stdout.readline()
        _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return process.returncode, errors


@pytest.mark.parametrize("send", [to_levee, to_the_group, to_pulumi])
@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_it_is_no_success_and_tells_what_is_left(folder: Path, send: Send, number: int, code: int) -> None:
    ended, errors = destroy(folder, "cancels", send, number)
    assert ended == code
    name = signal.Signals(number).name
    assert f"error: levee destroy test was stopped by {name} before everything was done; {LEFT}\n" in errors
    assert "help: go on with `levee destroy test --engine pulumi`" in errors
    assert (folder / "received").read_text() == f"{number} ", "each reaches it once: a second would stop it at once"


@pytest.mark.parametrize("send", [to_levee, to_the_group])
def test_a_second_signal_stops_it_at_once(folder: Path, send: Send) -> None:
    ended, errors = destroy(folder, "terminates", send, signal.SIGINT, signal.SIGINT)
    assert ended == 130
    assert f"stopped by SIGINT at once: what was under way may have taken effect; {LEFT}" in errors


def test_a_signal_that_the_preview_forgets_stops_what_follows(folder: Path) -> None:
    ended, errors = destroy(folder, "goes on", to_levee, signal.SIGTERM)
    assert (ended, "stopped by SIGTERM before everything was done" in errors) == (143, True)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_cli_that_dies_of_it(folder: Path, number: int, code: int) -> None:
    ended, errors = destroy(folder, "dies", to_levee, number)
    assert (ended, LEFT in errors) == (code, True)


def test_a_destroy_that_leaves_something_is_no_success(folder: Path) -> None:
    ended, errors = destroy(folder, "ends")
    assert (ended, f"pulumi destroy ended before everything was deleted; {LEFT}" in errors) == (1, True)


@pytest.mark.parametrize(("does", "code"), [("cancels", 130), ("ends", 1)])
def test_a_state_that_cannot_be_read_is_not_an_empty_one(folder: Path, does: str, code: int) -> None:
    (folder / "export.json").write_text("{}")
    numbers = [signal.SIGINT] if does == "cancels" else []
    ended, errors = destroy(folder, does, to_levee, *numbers)
    assert (ended, "what the state of stack test holds can't be determined" in errors) == (code, True)
