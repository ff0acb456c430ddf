"""kill -9 at any moment: the next run finds out what became of it; nothing is lost and nothing made twice."""

import random
import time
from collections import Counter

import pytest

from levee_infra.engines.contract import Action
from levee_infra.engines.embedded.errors import DeploymentFailed
from levee_infra.engines.embedded.event import Stage
from tests.support.disk_program import DiskStack
from tests.support.disk_runner import Files, gate, mortal, wait_until_reached

BEFORE: Files = {"kept": {"content": "1"}, "changed": {"content": "1"}, "removed": {"content": "1"}}
AFTER: Files = {"kept": {"content": "1"}, "changed": {"content": "2"}, "added": {"content": "1"}}
GATES = [
    f"{when}{operation}"
    for operation in ("create-added", "update-changed", "delete-removed")
    for when in ("", "after-")
]


def kill_at(disk: DiskStack, where: str, operation: Action, files: Files) -> None:
    held = gate(disk, where)
    with mortal(disk, operation, files) as process:
        wait_until_reached(held, process.pid)
    held.unlink()


def real(disk: DiskStack) -> Counter[str]:
    """How often each effect took place; adopting or updating again is no second effect.

    A process that was killed between an effect and the line about it leaves one line too few: who finds the effect
    afterwards (`adopt`, `delete-nothing`) stands for it.
    """
    lines = disk.effects()
    told = Counter(line for line in lines if line.split()[0] in {"create", "delete"})
    found = {line.replace("adopt ", "create ").replace("delete-nothing ", "delete ") for line in lines} - told.keys()
    return told + Counter(line for line in found if line.split()[0] in {"create", "delete"})


def planned(disk: DiskStack, files: Files) -> list[tuple[str, str]]:
    disk.preview(disk.program(files))
    return disk.happened(Stage.PLANNED)


@pytest.mark.parametrize("where", GATES)
def test_the_same_command_again_completes_it(disk: DiskStack, where: str) -> None:
    disk.up(disk.program(BEFORE))
    kill_at(disk, where, Action.UP, AFTER)
    disk.up(disk.program(AFTER))
    assert disk.on_disk() == disk.names() == set(AFTER)
    assert '"2"' in (disk.files / "changed").read_text()
    assert real(disk) == Counter(["create kept", "create changed", "create removed", "create added", "delete removed"])
    assert disk.state.unfinished == {}


@pytest.mark.parametrize("where", GATES)
def test_taking_the_change_back_after_a_kill_leads_back(disk: DiskStack, where: str) -> None:
    disk.up(disk.program(BEFORE))
    kill_at(disk, where, Action.UP, AFTER)
    disk.up(disk.program(BEFORE))
    assert disk.on_disk() == disk.names() == set(BEFORE)
    assert '"1"' in (disk.files / "changed").read_text()
    assert disk.state.unfinished == {}


@pytest.mark.parametrize("when", ["", "after-"])
def test_a_declaration_changed_after_a_kill_is_met(disk: DiskStack, when: str) -> None:
    kill_at(disk, f"{when}create-a", Action.UP, {"a": {"content": "1"}})
    disk.up(disk.program({"a": {"content": "2"}}))
    assert '"2"' in (disk.files / "a").read_text()
    assert real(disk) == Counter(["create a"])
    assert disk.state.unfinished == {}


def test_what_a_killed_run_made_is_not_forgotten_when_changing_it_fails(disk: DiskStack) -> None:
    kill_at(disk, "after-create-a", Action.UP, {"a": {"content": "1"}})
    with pytest.raises(DeploymentFailed):
        disk.up(disk.program({"a": {"content": "2", "behaviour": "fail-update"}}))
    disk.destroy()
    assert disk.on_disk() == set()


@pytest.mark.parametrize("where", GATES)
def test_destroy_after_a_kill_leaves_nothing_behind(disk: DiskStack, where: str) -> None:
    disk.up(disk.program(BEFORE))
    kill_at(disk, where, Action.UP, AFTER)
    disk.destroy()
    assert disk.on_disk() == set()
    assert (disk.state.resources, disk.state.unfinished) == ({}, {})


@pytest.mark.parametrize("when", ["", "after-"])
def test_a_killed_destroy_goes_on(disk: DiskStack, when: str) -> None:
    disk.up(disk.program(BEFORE))
    kill_at(disk, f"{when}delete-kept", Action.DESTROY, {})
    disk.destroy()
    assert disk.on_disk() == set()
    assert max(real(disk).values()) == 1


def test_a_preview_after_a_kill_tells_of_it_and_changes_nothing(disk: DiskStack) -> None:
    kill_at(disk, "after-create-added", Action.UP, AFTER)
    journal = (disk.state_directory / "journal.jsonl").read_bytes()
    assert ("create", "added") in planned(disk, AFTER)
    assert ("delete", "added") in planned(disk, {})
    assert (disk.state_directory / "journal.jsonl").read_bytes() == journal


def test_killed_again_and_again_it_ends_right(disk: DiskStack) -> None:
    wanted = {f"f{number}": {"content": str(number)} for number in range(80)}
    choice = random.Random(20260521)
    up_kills = kill_repeatedly(disk, Action.UP, wanted, choice)
    disk.up(disk.program(wanted))
    assert disk.on_disk() == disk.names() == set(wanted)
    assert max(real(disk).values()) == 1
    destroy_kills = kill_repeatedly(disk, Action.DESTROY, {}, choice)
    disk.destroy()
    assert disk.on_disk() == set()
    assert max(real(disk).values()) == 1
    assert min(up_kills, destroy_kills) >= 2


def kill_repeatedly(disk: DiskStack, operation: Action, files: Files, choice: random.Random) -> int:
    """Kill the operation each time it has had a few more effects, until it gets to its end; how often that was."""
    for kills in range(80):
        enough = len(disk.effects()) + choice.randint(1, 25)
        with mortal(disk, operation, files, parallel=4, pause=0.02) as process:
            while process.is_alive() and len(disk.effects()) < enough:
                time.sleep(0.0005)
            if not process.is_alive():
                return kills
    raise AssertionError("it never got to its end")
