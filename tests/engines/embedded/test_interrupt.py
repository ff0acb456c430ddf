"""A signal: once, and what is under way may end; twice, and it stops where it stands."""

import signal
import time

import pytest

from levee_infra.engines.contract import Action
from tests.support.disk_program import DiskStack
from tests.support.disk_runner import gate, start, wait_until_reached


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_waits_for_what_is_under_way_and_starts_nothing_new(disk: DiskStack, number: int, code: int) -> None:
    disk.up(disk.program({"old": {}}))
    held = gate(disk, "create-new")
    with start(disk, Action.UP, {"new": {}}) as process:
        wait_until_reached(held, process.pid)
        process.send_signal(number)
        time.sleep(0.1)
        held.unlink()
        output, errors = process.communicate()
    assert process.returncode == code
    assert output.startswith("stopped before everything was done\nhelp: run the same command again")
    assert errors == ""
    assert disk.names() == {"old", "new"}  # old was to be deleted; that had not begun
    assert disk.state.unfinished == {}


def test_the_second_stops_at_once_and_the_next_run_goes_on(disk: DiskStack) -> None:
    held = gate(disk, "after-create-a")
    with start(disk, Action.UP, {"a": {}}) as process:
        wait_until_reached(held, process.pid)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    held.unlink()
    assert process.returncode == 130
    assert output.startswith("stopped at once; operations that were under way may have taken effect")
    assert errors == ""
    disk.up(disk.program({"a": {}}))
    assert disk.effects() == ["create a", "adopt a"]


def test_while_planning_nothing_was_changed(disk: DiskStack) -> None:
    held = gate(disk, "check-a")
    with start(disk, Action.UP, {"a": {}, "b": {}}) as process:
        wait_until_reached(held, process.pid)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        held.unlink()
        output, _ = process.communicate()
    assert process.returncode == 130
    assert output.startswith("stopped before everything was done")
    assert disk.effects() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_fails_once_it_was_stopped_is_told_and_it_was_stopped(disk: DiskStack, number: int, code: int) -> None:
    held = gate(disk, "create-a")
    with start(disk, Action.UP, {"a": {"behaviour": "fail-create"}}) as process:
        wait_until_reached(held, process.pid)
        process.send_signal(number)
        time.sleep(0.1)
        held.unlink()
        output, _ = process.communicate()
    assert process.returncode == code
    assert output.startswith("1 operation failed")
