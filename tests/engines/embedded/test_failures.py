"""When a provider fails: nothing new is started, what is under way ends, and the state tells the truth."""

import pulumi
import pytest

from levee_infra.deployed.engine_error import StateUnwritable
from levee_infra.engines.embedded.errors import DeploymentFailed, Failure, ProgramFailed, Refused
from levee_infra.engines.embedded.event import Diagnostic, Severity, Stage
from tests.support.disk_program import Disk, DiskStack, File
from tests.support.disk_provider import DiskProvider


def test_a_failure_is_told_with_its_reason_and_the_rest_is_recorded(disk: DiskStack) -> None:
    disk.pause = 0.02  # long enough for the other to begin
    with pytest.raises(DeploymentFailed) as caught:
        disk.up(disk.program({"a": {"behaviour": "fail"}, "b": {}}))
    (failure,) = caught.value.failures
    assert failure == Failure(failure.urn, "create", ("create of a refused",))
    assert disk.names() == {"b"}
    assert disk.state.unfinished == {}


def test_dependents_of_a_failed_resource_are_not_made(disk: DiskStack) -> None:
    def main() -> None:
        provider = Disk("disk", disk.files)
        first = File("first", pulumi.ResourceOptions(provider=provider), behaviour="fail")
        File("second", pulumi.ResourceOptions(provider=provider), content=first.path)
        File("third", pulumi.ResourceOptions(provider=provider, depends_on=[first]))

    with pytest.raises(DeploymentFailed):
        disk.up(main)
    assert disk.on_disk() == set()
    assert sorted(disk.happened(Stage.SKIPPED)) == [("create", "second"), ("create", "third")]


def test_nothing_is_removed_after_a_failure(disk: DiskStack) -> None:
    disk.up(disk.program({"old": {}}))
    with pytest.raises(DeploymentFailed):
        disk.up(disk.program({"new": {"behaviour": "fail"}}))
    assert disk.on_disk() == {"old"}


def test_after_a_failure_the_same_command_goes_on(disk: DiskStack) -> None:
    with pytest.raises(DeploymentFailed):
        disk.up(disk.program({"a": {"behaviour": "fail"}, "b": {}}))
    disk.up(disk.program({"a": {}, "b": {}}))
    assert sorted(disk.effects()) == ["create a", "create b"]


def test_a_failed_update_keeps_the_recorded_values(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"content": "1"}}))
    with pytest.raises(DeploymentFailed):
        disk.up(disk.program({"a": {"content": "2", "behaviour": "fail"}}))
    (file,) = (resource for resource in disk.state.resources.values() if resource.name == "a")
    assert file.inputs == {"name": "a", "content": "1"}


def test_a_failed_deletion_leaves_the_resource_and_what_it_needs(disk: DiskStack) -> None:
    def main() -> None:
        provider = Disk("disk", disk.files)
        below = File("below", pulumi.ResourceOptions(provider=provider))
        File("above", pulumi.ResourceOptions(provider=provider, depends_on=[below]), behaviour="fail-delete")

    disk.up(main)
    with pytest.raises(DeploymentFailed) as caught:
        disk.destroy()
    assert [failure.reasons for failure in caught.value.failures] == [("delete of above refused",)]
    assert disk.on_disk() == disk.names() == {"above", "below"}


def test_what_was_made_in_part_is_kept_with_its_reasons_and_tried_again(disk: DiskStack) -> None:
    with pytest.raises(DeploymentFailed) as caught:
        disk.up(disk.program({"a": {"behaviour": "partial"}}))
    assert caught.value.failures[0].reasons == ("it is made", "it is not well")
    (file,) = (resource for resource in disk.state.resources.values() if resource.name == "a")
    assert (file.id, file.init_errors) == ("a", ("it is made", "it is not well"))
    disk.up(disk.program({"a": {}}))
    assert disk.effects() == ["create a", "update a"]


def test_a_crash_in_a_provider_leaves_the_outcome_open(disk: DiskStack) -> None:
    with pytest.raises(DeploymentFailed) as caught:
        disk.up(disk.program({"a": {"behaviour": "crash"}}))
    (reason,) = caught.value.failures[0].reasons
    assert reason.startswith("a fault in levee: RuntimeError; please report it")
    assert len(disk.state.unfinished) == 1


def test_a_resource_that_cannot_be_read_stops_the_run_before_it_changes_anything(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {"behaviour": "unreadable"}, "b": {"behaviour": "unreadable"}}))
    with pytest.raises(Refused) as caught:
        disk.up(disk.program({"a": {"behaviour": "unreadable"}, "c": {}}))
    assert [refusal.message for refusal in caught.value.refusals] == [
        "disk:index:File 'a' cannot be read: a is out of reach",
        "disk:index:File 'b' cannot be read: b is out of reach",
    ]
    assert "c" not in disk.on_disk()


def test_an_exception_in_the_program_is_placed_in_the_users_file(disk: DiskStack) -> None:
    def main() -> None:
        File("a", pulumi.ResourceOptions(provider=Disk("disk", disk.files)))
        raise ValueError("no such region")

    with pytest.raises(ProgramFailed) as caught:
        disk.up(main)
    line = main.__code__.co_firstlineno + 2
    assert str(caught.value) == f"{__file__}:{line}: ValueError: no such region"
    assert isinstance(caught.value.__cause__, ValueError)
    assert disk.effects() == []


def test_an_exception_in_an_apply_is_placed_in_the_users_file(disk: DiskStack) -> None:
    def explode(path: str) -> str:
        raise KeyError(path)

    def main() -> None:
        provider = Disk("disk", disk.files)
        first = File("a", pulumi.ResourceOptions(provider=provider))
        File("b", pulumi.ResourceOptions(provider=provider), content=first.path.apply(explode))

    with pytest.raises(ProgramFailed) as caught:
        disk.up(main)
    assert caught.value.location == f"{__file__}:{explode.__code__.co_firstlineno + 1}"
    assert disk.names() == {"a"}


def test_a_run_error_is_shown_as_it_is(disk: DiskStack) -> None:
    def main() -> None:
        raise pulumi.RunError("error[S001] two streams with one topic")

    with pytest.raises(ProgramFailed) as caught:
        disk.up(main)
    assert str(caught.value) == "error[S001] two streams with one topic"


def test_log_lines_of_the_program_become_events(disk: DiskStack) -> None:
    def main() -> None:
        pulumi.log.debug("nobody wants this")
        pulumi.warn("a filter is declared")

    disk.preview(main)
    logged = [event for event in disk.events if isinstance(event, Diagnostic)]
    assert logged == [Diagnostic(Severity.WARNING, "a filter is declared")]


def test_a_full_disk_ends_the_run_in_order(disk: DiskStack, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.up(disk.program({"old": {}}))

    def full(_descriptor: int, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("levee_infra.deployed.embedded_journal.os.write", full)
    with pytest.raises(StateUnwritable, match="No space left on device"):
        disk.up(disk.program({"old": {}, "new": {}}))
    with pytest.raises(StateUnwritable, match="No space left on device"):
        disk.destroy()
    monkeypatch.undo()
    assert disk.on_disk() == disk.names() == {"old"}


def test_a_provider_that_fails_to_close_spoils_nothing(disk: DiskStack, monkeypatch: pytest.MonkeyPatch) -> None:
    async def close(_provider: DiskProvider) -> None:
        raise RuntimeError("connection reset")

    monkeypatch.setattr(DiskProvider, "close", close)
    disk.up(disk.program({"a": {}}))
    assert disk.names() == {"a"}
