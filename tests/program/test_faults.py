"""A fault of levee's own, planted wherever one can be: one line, no traceback, no place in its code, no value."""

from __future__ import annotations

import gc
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest

import levee_infra
from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee.plan.build import build_plan
from levee_infra import program, run_errors
from levee_infra.cli import plan as plan_command
from levee_infra.cli.main import main
from levee_infra.engines.contract import Action, Deployment
from levee_infra.engines.display import Display
from levee_infra.engines.embedded import embedded_engine
from levee_infra.engines.embedded.embedded_engine import EmbeddedEngine
from levee_infra.engines.embedded.errors import ProgramFailed
from levee_infra.fault import fault
from tests.program.test_provision_aws import recorded
from tests.support.stack_files import StackFiles

SECRET: Final = "a-password"
DAY: Final = date(2026, 11, 21)


def explode(*_: Any, **__: Any) -> Any:
    raise KeyError(SECRET)


def is_clean(text: str) -> bool:
    return not any(each in text for each in (SECRET, "Traceback", ".py", "infra/", "File "))


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    files = StackFiles(tmp_path / "project").comply()
    (files.project / "certs").mkdir()
    (files.project / "certs" / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (files.project / "secrets").mkdir()
    (files.project / "secrets" / "admin.password").touch(0o600)
    (files.project / "secrets" / "admin.password").write_text("secret")
    return files


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This project may have a folder for faults; here is none."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


def test_it_is_one_line_and_its_places_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".levee").mkdir()
    (tmp_path / "below").mkdir()
    try:
        try:
            explode()
        except KeyError as cause:
            raise ValueError(SECRET) from cause
    except ValueError as error:
        told = fault(error, tmp_path / "below")
    kept = tmp_path / ".levee" / "fault.txt"
    assert told == f"a fault in levee: ValueError; please report it, with {kept}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "KeyError" in kept.read_text()
    assert f"{__file__}:" in kept.read_text()
    assert SECRET not in kept.read_text()


def test_it_keeps_nothing_where_nothing_of_levees_is(tmp_path: Path) -> None:
    assert fault(KeyError(SECRET), tmp_path) == "a fault in levee: KeyError; please report it"
    assert not (tmp_path / ".levee").exists()


@pytest.mark.parametrize(
    "where",
    ["load_plan", "enforce", "guard", "preflight", "rehearse", "provision", "Registration"],
)
def test_in_the_program(files: StackFiles, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    for asks in ("guard", "preflight", "rehearse", "note_holder"):
        monkeypatch.setattr(program, asks, lambda *_, **__: ())
    monkeypatch.setattr(program, where, explode)
    with pytest.raises(pulumi.RunError) as told:
        program.run(files.project, "test", DAY)
    assert str(told.value) == "a fault in levee: KeyError; please report it"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LeveeError("no such file", "make it"), "no such file\n  help: make it"),
        (pulumi.RunError("as it is"), "as it is"),
    ],
)  # fmt: skip
def test_what_is_told_on_purpose_is_told_as_it_is(error: Exception, told: str) -> None:
    with pytest.raises(pulumi.RunError) as raised, run_errors.as_run_errors():
        raise error
    assert str(raised.value) == told


def test_where_a_value_is_known_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.program.test_provision_aws.outputs", lambda *_: {"arn": 7})
    with pytest.raises(pulumi.RunError) as told:
        recorded(tmp_path, on_msk=False)
    assert str(told.value) == "a fault in levee: TypeError; please report it"


def of_program(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(program, "Registration", explode)


def of_component(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("levee_infra.components.log_stream.earlier_urn", explode)


def of_kind(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("levee_infra.providers.kafka.topic.Topic.check", explode)


def of_configuration(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("levee_infra.providers.kafka.provider.KafkaProvider.configure", explode)


@pytest.mark.parametrize("plant", [of_program, of_component, of_kind, of_configuration])
def test_in_the_embedded_engine(
    files: StackFiles,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    plant: Callable[[pytest.MonkeyPatch], None],
) -> None:
    plant(monkeypatch)
    plan = build_plan(files.load(), DAY)
    deployment = Deployment(clock=SYSTEM_CLOCK, project=files.project, stack="test", action=Action.PREVIEW, plan=plan)
    lines: list[str] = []
    with pytest.raises(LeveeError) as told:
        EmbeddedEngine(chosen=True).run(deployment, lines.append)
    gc.collect()  # what asyncio has to say of forgotten tasks it says now
    said = capfd.readouterr()
    text = "\n".join((*lines, told.value.message, told.value.help, said.out, said.err))
    assert "a fault in levee: KeyError; please report it" in text
    assert is_clean(text)


def test_in_the_judge(files: StackFiles, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(embedded_engine, "judge", explode)
    monkeypatch.setattr("levee_infra.targets.preflight.preflight", lambda *_, **__: ())
    monkeypatch.setattr(
        "levee_infra.providers.kafka.topic.Topic.check", lambda _, declaration: _as_declared(declaration)
    )
    assert main(["preview", "test", "--engine", "embedded", "--project", str(files.project)]) == 1
    said = capfd.readouterr()
    assert f"error: a fault in levee: KeyError; please report it, with {files.project}" in said.err
    assert is_clean(said.out + said.err.replace(str(files.project), ""))


async def _as_declared(declaration: Any) -> Any:
    return declaration.new


def test_what_the_sdk_itself_raises_is_told_without_its_place() -> None:
    error = ProgramFailed(f"TypeError: {SECRET}", f"{levee_infra.__file__}:21")
    error.__cause__ = TypeError(SECRET)
    assert Display.text_of(error) == "a fault in levee: TypeError; please report it"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError(SECRET), "error: a fault in levee: KeyError; please report it\n"),
        (RecursionError(SECRET), "error: a fault in levee: RecursionError; please report it\n"),
            ],
)  # fmt: skip
def test_in_a_command(
    files: StackFiles, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    def fail(_: Any) -> int:
        raise error

    monkeypatch.setattr(plan_command, "run", fail)
    assert main(["plan", "test", "--project", str(files.project)]) == 1
    assert capsys.readouterr().err == told


def test_a_program_that_pulumi_stops_says_nothing(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, pulumi, runpy, signal, sys, time, levee_infra.program\n"
        "pulumi.run = lambda program: asyncio.run(program())\n"
        "levee_infra.program.run = lambda *_: (os.kill(os.getpid(), signal.SIGINT), time.sleep(60))\n"
        f"runpy.run_path({str(Path(levee_infra.__file__).parent / '__main__.py')!r}, run_name='__main__')\n"
    )
    root = Path(levee_infra.__file__).parents[2]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "infra"), str(root / "policies")]),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (32, "", "")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
