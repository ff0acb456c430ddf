"""Before anything is changed, providers are asked to make and change everything as a preview."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from levee_infra.deployed.embedded_state import name_of
from levee_infra.engines.contract import Action
from levee_infra.engines.embedded.errors import Refused
from levee_infra.engines.embedded.event import Op, PlanReady, ResourceEvent, Stage
from levee_infra.providers.protocol.properties import Properties
from tests.support.disk_program import Disk, DiskStack, File
from tests.support.disk_provider import DiskProvider, Files
from tests.support.disk_runner import gate, start, wait_until_reached

CHANGES = {"create", "update", "delete"}


def pair(disk: DiskStack, content: str = "", behaviour: str = "foresee", second: str = "none") -> Callable[[], None]:
    """A file, and one whose content is the path of the first; how the first behaves, and the second."""

    def main() -> None:
        options = pulumi.ResourceOptions(provider=Disk("disk", disk.files))
        first = File("first", options, content=content, behaviour=behaviour)
        File("second", options, content=first.path, behaviour=second)

    return main


def calls(disk: DiskStack) -> list[str]:
    assert disk.provider
    return disk.provider.calls


def previewed(disk: DiskStack, name: str) -> dict[str, Any]:
    """What the provider was last asked to rehearse for this file."""
    assert disk.provider
    return next(inputs for inputs in reversed(disk.provider.previewed) if inputs["name"] == name)


def shown(disk: DiskStack, name: str) -> dict[str, Any]:
    """New values by property, as the plan tells them of this file."""
    planned = [event for event in disk.events if isinstance(event, ResourceEvent) and event.stage is Stage.PLANNED]
    return {change.path: change.new for event in planned if event.name == name for change in event.changes}


@pytest.mark.parametrize("operation", [Action.PREVIEW, Action.UP])
def test_every_refusal_of_a_rehearsal_is_listed_and_nothing_is_changed(disk: DiskStack, operation: Action) -> None:
    disk.up(disk.program({"changed": {"content": "1"}, "removed": {}}))
    (disk.files / "strangers").write_text("{}")
    effects, journal = disk.effects(), (disk.state_directory / "journal.jsonl").read_bytes()
    program = disk.program(
        {
            "bad": {},
            "changed": {"content": "2", "behaviour": "refuse"},
            "fine": {},
            "partly": {"behaviour": "refuse-partly"},
            "strangers": {"content": "1"},
        }
    )
    with pytest.raises(Refused) as caught:
        disk.run(operation, program)
    assert [refusal.message for refusal in caught.value.refusals] == [
        "disk:index:File 'bad': property name: bad begins with bad",
        "disk:index:File 'changed': update of changed refused",
        "disk:index:File 'partly': it is made",
        "disk:index:File 'partly': it is not well",
        "disk:index:File 'strangers': strangers exists and is not as declared",
    ]
    assert {name_of(refusal.urn) for refusal in caught.value.refusals} == {"bad", "changed", "partly", "strangers"}
    assert not CHANGES & set(calls(disk))
    assert disk.effects() == effects
    assert (disk.state_directory / "journal.jsonl").read_bytes() == journal
    assert ("create", "fine") in disk.happened(Stage.PLANNED)
    assert ("create", "strangers") not in disk.happened(Stage.PLANNED)
    assert not any(isinstance(event, PlanReady) for event in disk.events)


def test_what_depends_on_a_refused_resource_is_rehearsed_too(disk: DiskStack) -> None:
    with pytest.raises(Refused) as caught:
        disk.up(pair(disk, behaviour="refuse"))
    assert [refusal.message for refusal in caught.value.refusals] == [
        "disk:index:File 'first': create of first refused"
    ]
    assert shown(disk, "second")["content"] == "[unknown]"
    with pytest.raises(Refused) as caught:
        disk.up(pair(disk, behaviour="refuse", second="refuse"))
    assert [name_of(refusal.urn) for refusal in caught.value.refusals] == ["first", "second"]


def test_a_preview_rehearses_and_never_changes(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}}))
    disk.preview(disk.program({"a": {"content": "2"}, "b": {}}))
    assert sorted(call for call in calls(disk) if "create" in call or "update" in call) == [
        "rehearse-create",
        "rehearse-update",
    ]


def test_what_stays_as_it_is_is_not_rehearsed(disk: DiskStack) -> None:
    for _ in range(2):
        disk.up(disk.program({"a": {}}))
    assert "rehearse-update" not in calls(disk)


def test_who_only_looks_need_not_rehearse(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}}))
    program = disk.program({"a": {"content": "2", "behaviour": "refuse"}})
    assert disk.preview(program, rehearse=False).changes[Op.UPDATE] == 1
    assert "rehearse-update" not in calls(disk)


def test_who_only_looks_sees_what_depends_on_a_change_stay_as_it_is(disk: DiskStack) -> None:
    disk.up(pair(disk, content="1"))
    assert disk.preview(pair(disk, content="2"), rehearse=False).changes == {Op.UPDATE: 1, Op.SAME: 3}


def test_up_rehearses_everything_before_it_changes_anything(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}, "b": {}, "c": {}}))
    relevant = [call for call in calls(disk) if "create" in call]
    assert relevant == ["rehearse-create"] * 3 + ["create"] * 3


def test_outputs_that_are_known_in_advance_reach_dependents(disk: DiskStack) -> None:
    disk.preview(pair(disk))
    path = str(disk.files / "first")
    assert shown(disk, "second")["content"] == path
    assert previewed(disk, "second")["content"] == path


def test_outputs_that_are_not_known_in_advance_stay_unknown(disk: DiskStack) -> None:
    disk.preview(pair(disk, behaviour="none"))
    assert shown(disk, "second")["content"] == "[unknown]"


def test_a_dependent_of_an_update_is_left_alone_where_the_output_stays(disk: DiskStack) -> None:
    disk.up(pair(disk, content="1"))
    assert disk.preview(pair(disk, content="2")).changes == {Op.UPDATE: 1, Op.SAME: 3}
    disk.up(pair(disk, content="2"))
    assert disk.effects()[2:] == ["update first"]


class MistakenFiles(Files):
    """Foresees another path than it makes."""

    async def preview_create(self, new: Properties) -> Properties:
        return {**await super().preview_create(new), "path": "elsewhere"}


class Mistaken(DiskProvider):
    def files(self, directory: Path) -> Files:
        return MistakenFiles(self, directory)


def test_what_is_made_depends_on_real_outputs_and_not_on_foreseen_ones(disk: DiskStack) -> None:
    disk.up(pair(disk), providers={"disk": Mistaken})
    assert shown(disk, "second")["content"] == "elsewhere"
    assert str(disk.files / "first") in (disk.files / "second").read_text()


def test_many_rehearsals_are_under_way_at_once_and_no_more_than_parallel(disk: DiskStack) -> None:
    disk.pause = 0.2
    disk.preview(disk.program({f"f{i}": {} for i in range(300)}))
    assert disk.provider
    assert disk.provider.widest == 300
    disk.pause = 0.01
    disk.preview(disk.program({f"f{i}": {} for i in range(30)}), parallel=7)
    assert 1 < disk.provider.widest <= 7
    assert calls(disk).count("rehearse-create") == 30


def test_an_interrupted_rehearsal_leads_to_nothing(disk: DiskStack) -> None:
    held = gate(disk, "rehearse-create-a")
    with start(disk, Action.UP, {"a": {"content": "1"}, "b": {}}) as process:
        wait_until_reached(held, process.pid)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        held.unlink()
        output, _ = process.communicate()
    assert process.returncode == 130
    assert output.startswith("stopped before everything was done")
    assert disk.effects() == []
