"""What exists is read before anything is planned."""

from levee_infra.engines.embedded.event import Change, ChangeKind, Op, ResourceEvent
from tests.support.disk_program import DiskStack


def drift(disk: DiskStack) -> list[ResourceEvent]:
    return [event for event in disk.events if isinstance(event, ResourceEvent) and event.op is Op.REFRESH]


def test_drift_is_told_and_repaired(disk: DiskStack) -> None:
    program = disk.program({"a": {"content": "1"}})
    disk.up(program)
    (disk.files / "a").write_text('{"content": "by hand"}')
    summary = disk.up(program)
    (event,) = drift(disk)
    assert event.changes == (Change("content", ChangeKind.UPDATE, "1", "by hand"),)
    assert summary.drifted == 1
    assert disk.effects() == ["create a", "update a"]


def test_what_vanished_is_made_again(disk: DiskStack) -> None:
    program = disk.program({"a": {"protect": True}})
    disk.up(program)
    (disk.files / "a").unlink()
    summary = disk.up(program)
    assert [event.vanished for event in drift(disk)] == [True]
    assert summary.drifted == 1
    assert disk.effects() == ["create a", "create a"]


def test_what_vanished_and_is_not_declared_is_forgotten_without_a_deletion(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"protect": True}, "b": {}}))
    (disk.files / "a").unlink()
    disk.up(disk.program({"b": {}}))
    assert disk.names() == {"b"}
    (disk.files / "b").unlink()
    disk.destroy()
    assert disk.effects() == ["create a", "create b"]
    assert disk.state.resources == {}


def test_accepted_drift_is_recorded_though_nothing_is_done(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}}))
    (disk.files / "a").write_text('{"content": "2"}')
    summary = disk.up(disk.program({"a": {"content": "2"}}))
    assert set(summary.changes) == {Op.SAME}
    (file,) = (resource for resource in disk.state.resources.values() if resource.name == "a")
    assert file.inputs["content"] == file.outputs["content"] == "2"
