"""What stands elsewhere in the tree than it is recorded is found by its aliases and moved: nothing happens to it."""

import pulumi
import pytest

from levee_infra.deployed.embedded_state import name_of
from levee_infra.engines.contract import Action
from levee_infra.engines.embedded.errors import Refused
from levee_infra.engines.embedded.event import Stage
from tests.support.disk_program import Disk, DiskStack, File, Folder
from tests.support.disk_provider import FILE
from tests.support.disk_runner import Files, gate, mortal, wait_until_reached

EVERYWHERE = ["", "shelf"]
ALONE: Files = {"a": {"protect": True, "aliases": EVERYWHERE}, "b": {"needs": ["a"]}}
BELOW: Files = {"a": {"protect": True, "below": "shelf", "aliases": EVERYWHERE}, "b": {"needs": ["a"]}}
both_ways = pytest.mark.parametrize(("before", "after"), [(BELOW, ALONE), (ALONE, BELOW)], ids=["out", "in"])


def urn_of(disk: DiskStack, name: str) -> str:
    (urn,) = [urn for urn, each in disk.state.resources.items() if each.type == FILE and each.name == name]
    return urn


def changed(files: Files) -> Files:
    return {**files, "a": {**files["a"], "content": "2"}}


@both_ways
def test_a_resource_moves_and_nothing_happens_to_it(disk: DiskStack, before: Files, after: Files) -> None:
    disk.up(disk.program(before))
    effects, record = disk.effects(), disk.state.resources[urn_of(disk, "a")]
    disk.preview(disk.program(after))
    assert sorted(disk.happened(Stage.PLANNED)) == [("same", "a"), ("same", "b")]
    assert urn_of(disk, "a") == record.urn, "a preview records nothing"
    disk.up(disk.program(after))
    moved = disk.state.resources[urn_of(disk, "a")]
    assert moved.urn != record.urn
    assert (moved.id, moved.inputs, moved.outputs, moved.protect) == (record.id, record.inputs, record.outputs, True)
    assert name_of(moved.parent) == ("shelf" if after is BELOW else "test-dev")
    assert disk.state.resources[urn_of(disk, "b")].dependencies == (moved.urn,)
    folders = [each.name for each in disk.state.resources.values() if each.type.endswith("Folder")]
    assert folders == (["shelf"] if after is BELOW else [])
    disk.up(disk.program(after))
    assert disk.effects() == effects


@both_ways
def test_a_change_is_made_in_place_as_it_moves(disk: DiskStack, before: Files, after: Files) -> None:
    disk.up(disk.program(before))
    disk.up(disk.program(changed(after)))
    assert disk.effects() == ["create a", "create b", "update a"]


@pytest.mark.parametrize("where", ["update-a", "after-update-a"])
@both_ways
def test_killed_on_the_way_it_is_recorded_once(disk: DiskStack, where: str, before: Files, after: Files) -> None:
    disk.up(disk.program(before))
    held = gate(disk, where)
    with mortal(disk, Action.UP, changed(after)) as process:
        wait_until_reached(held, process.pid)
    held.unlink()
    moved = urn_of(disk, "a")
    assert moved in disk.state.resources[urn_of(disk, "b")].needs()
    disk.up(disk.program(changed(after)))
    assert set(disk.effects()) == {"create a", "create b", "update a"}
    assert disk.state.unfinished == {}


def test_what_a_killed_run_was_making_elsewhere_is_taken_over(disk: DiskStack) -> None:
    held = gate(disk, "after-create-a")
    with mortal(disk, Action.UP, BELOW) as process:
        wait_until_reached(held, process.pid)
    held.unlink()
    disk.up(disk.program(ALONE))
    assert {line.replace("adopt ", "create ") for line in disk.effects()} == {"create a", "create b"}
    assert "Folder" not in urn_of(disk, "a")


def test_its_urn_counts_before_its_aliases(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}, "b": {"below": "shelf"}}))
    disk.up(disk.program({"a": {"aliases": EVERYWHERE}, "b": {"below": "shelf"}}))
    assert disk.effects() == ["create a", "create b"]


def test_nothing_is_taken_for_two_resources(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}}))
    was_a = [pulumi.Alias(name="a")]

    def two() -> None:
        provider = Disk("disk", disk.files)
        File("b", pulumi.ResourceOptions(provider=provider, aliases=was_a))
        File("c", pulumi.ResourceOptions(provider=provider, aliases=was_a))

    def itself_last() -> None:
        provider = Disk("disk", disk.files)
        File("b", pulumi.ResourceOptions(provider=provider, aliases=was_a))
        File("a", pulumi.ResourceOptions(provider=provider))

    def itself_first() -> None:
        provider = Disk("disk", disk.files)
        File("a", pulumi.ResourceOptions(provider=provider))
        File("b", pulumi.ResourceOptions(provider=provider, aliases=was_a))

    for program in (two, itself_last, itself_first):
        with pytest.raises(Refused) as caught:
            disk.up(program)
        assert "can't both be what is recorded as" in " ".join(each.message for each in caught.value.refusals)
    assert disk.effects() == ["create a"]


def test_what_has_children_or_no_provider_moves_nowhere(disk: DiskStack) -> None:
    def before() -> None:
        provider = Disk("disk", disk.files)
        parent = File("a", pulumi.ResourceOptions(provider=provider))
        File("child", pulumi.ResourceOptions(provider=provider, parent=parent))

    def after() -> None:
        provider = Disk("disk", disk.files)
        moved = File("b", pulumi.ResourceOptions(provider=provider, aliases=[pulumi.Alias(name="a")]))
        File("child", pulumi.ResourceOptions(provider=provider, parent=moved))

    def folder() -> None:
        Folder("b", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="a")]))

    disk.up(before)
    for program, reason in ((after, "moves nothing that has children"), (folder, "aliases of what no provider")):
        with pytest.raises(Refused) as caught:
            disk.up(program)
        assert reason in " ".join(each.message for each in caught.value.refusals)
    assert disk.effects() == ["create a", "create child"]
