"""What up, preview and destroy do to real resources: files on this disk."""

import pulumi
import pytest

from levee_infra.engines.embedded.event import Change, ChangeKind, Op, PlanReady, ResourceEvent, Stage
from tests.support.disk_program import Disk, DiskStack, File, Folder


def test_up_creates_what_is_declared_and_again_changes_nothing(disk: DiskStack) -> None:
    program = disk.program({"a": {"content": "1"}, "b": {"content": "2"}})
    first = disk.up(program)
    state = disk.state
    second = disk.up(program)
    assert sorted(disk.effects()) == ["create a", "create b"]
    assert first.changes == {Op.CREATE: 4}  # the stack, the provider and two files
    assert second.changes == {Op.SAME: 4}
    assert disk.state == state


def test_up_updates_in_place_and_removes_what_is_not_declared_any_more(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}, "b": {"content": "2"}}))
    summary = disk.up(disk.program({"a": {"content": "changed"}}))
    assert disk.effects()[2:] == ["update a", "delete b"]
    assert (summary.changes[Op.UPDATE], summary.changes[Op.DELETE]) == (1, 1)
    assert disk.on_disk() == disk.names() == {"a"}


def test_destroy_removes_everything_without_running_the_program(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}, "b": {}}))
    summary = disk.destroy(program=pytest.fail)
    assert disk.on_disk() == set()
    assert disk.state.resources == {}
    assert summary.changes == {Op.DELETE: 4}


def test_a_preview_tells_everything_and_touches_nothing(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}, "gone": {}}))
    effects, journal = disk.effects(), (disk.state_directory / "journal.jsonl").read_bytes()
    (disk.files / "a").write_text('{"content": "drifted"}')
    summary = disk.preview(disk.program({"a": {"content": "2"}, "new": {}}))
    assert sorted(disk.happened(Stage.PLANNED)) == [("create", "new"), ("delete", "gone"), ("update", "a")]
    assert summary.changes == {Op.CREATE: 1, Op.UPDATE: 1, Op.DELETE: 1, Op.SAME: 2}
    assert disk.effects() == effects
    assert (disk.state_directory / "journal.jsonl").read_bytes() == journal
    assert {path.name for path in disk.state_directory.iterdir()} == {"journal.jsonl", "lock"}
    assert disk.provider
    assert not {"create", "update", "delete"} & set(disk.provider.calls)


def test_a_preview_of_a_new_stack_records_nothing(disk: DiskStack) -> None:
    disk.preview(disk.program({"a": {}}))
    assert {path.name for path in disk.state_directory.iterdir()} == {"lock"}


def test_an_output_reaches_what_depends_on_it_and_order_follows(disk: DiskStack) -> None:
    def main() -> None:
        provider = Disk("disk", disk.files)
        first = File("first", pulumi.ResourceOptions(provider=provider))
        second = File("second", pulumi.ResourceOptions(provider=provider), content=first.path)
        File("third", pulumi.ResourceOptions(provider=provider, depends_on=[second]))

    disk.up(main)
    assert disk.effects() == ["create first", "create second", "create third"]
    assert str(disk.files / "first") in (disk.files / "second").read_text()
    disk.destroy()
    assert disk.effects()[3:] == ["delete third", "delete second", "delete first"]


def test_what_depends_on_a_changed_resource_is_told_of_it_in_the_same_run(disk: DiskStack) -> None:
    def program(content: str) -> None:
        provider = Disk("disk", disk.files)
        first = File("first", pulumi.ResourceOptions(provider=provider), content=content)
        copied = first.path.apply(lambda path: f"{path} {content}")
        File("second", pulumi.ResourceOptions(provider=provider), content=copied)

    disk.up(lambda: program("1"))
    disk.up(lambda: program("2"))
    assert disk.effects()[2:] == ["update first", "update second"]


def test_an_update_without_consequences_leaves_dependents_alone(disk: DiskStack) -> None:
    def program(content: str) -> None:
        provider = Disk("disk", disk.files)
        first = File("first", pulumi.ResourceOptions(provider=provider), content=content)
        File("second", pulumi.ResourceOptions(provider=provider), content=first.path)

    disk.up(lambda: program("1"))
    disk.up(lambda: program("2"))
    assert disk.effects()[2:] == ["update first"]


def test_components_parents_and_exports_are_recorded(disk: DiskStack) -> None:
    def main() -> None:
        provider = Disk("disk", disk.files)
        folder = Folder("folder")
        file = File("file", pulumi.ResourceOptions(parent=folder, provider=provider))
        folder.register_outputs({"path": file.path})
        pulumi.export("where", file.path)

    disk.up(main)
    resources = disk.state.resources
    base = "urn:pulumi:dev::test::"
    folder_urn = f"{base}disk:index:Folder::folder"
    file = resources[f"{base}disk:index:Folder$disk:index:File::file"]
    assert file.parent == folder_urn
    assert resources[folder_urn].outputs == {"path": str(disk.files / "file")}
    assert resources[f"{base}pulumi:pulumi:Stack::test-dev"].outputs == {"where": str(disk.files / "file")}


def test_changed_exports_are_recorded_though_nothing_else_changes(disk: DiskStack) -> None:
    disk.up(lambda: pulumi.export("version", 1))
    disk.up(lambda: pulumi.export("version", 2))
    (stack,) = disk.state.resources.values()
    assert stack.outputs == {"version": 2}


def test_deletions_come_after_creations(disk: DiskStack) -> None:
    disk.up(disk.program({"old": {}}))
    disk.up(disk.program({"new": {}}))
    assert disk.effects() == ["create old", "create new", "delete old"]


def test_many_creations_are_under_way_at_once(disk: DiskStack) -> None:
    disk.pause = 0.2
    disk.up(disk.program({f"f{i}": {} for i in range(600)}))
    assert disk.provider
    assert disk.provider.widest == 600
    disk.destroy()
    assert disk.provider.widest == 600


def test_parallel_bounds_how_many_operations_are_under_way(disk: DiskStack) -> None:
    disk.pause = 0.01
    disk.up(disk.program({f"f{i}": {} for i in range(40)}), parallel=7)
    assert disk.provider
    assert disk.provider.widest <= 7
    assert len(disk.on_disk()) == 40


def test_providers_are_configured_once_and_closed(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}}))
    assert disk.provider
    assert disk.provider.calls.count("Configure") == 1
    assert disk.provider.closed


def test_events_tell_the_plan_and_each_change(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}}))
    disk.up(disk.program({"a": {"content": "2"}}))
    plan = next(event for event in disk.events if isinstance(event, PlanReady))
    assert plan == PlanReady({Op.SAME: 2, Op.UPDATE: 1}, preview=False)
    stages = [event for event in disk.events if isinstance(event, ResourceEvent) and event.name == "a"]
    assert [event.stage for event in stages] == [Stage.PLANNED, Stage.STARTED, Stage.DONE]
    assert stages[0].changes == (Change("content", ChangeKind.UPDATE, "1", "2"),)
