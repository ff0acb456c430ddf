"""The real Pulumi engine and ours do the same to the same stack."""

from pathlib import Path
from typing import Any

import pytest

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.contract import Action
from tests.support.disk_program import DiskStack
from tests.support.disk_pulumi import PulumiStack

pytestmark = [
    pytest.mark.engine,
]

Step = tuple[str, dict[str, dict[str, Any]]]

STORY: list[Step] = [
    ("preview", {"a": {"content": "1"}}),
    ("up", {"a": {"content": "1"}, "b": {"protect": True}, "c": {}}),
    ("up", {"a": {"content": "2"}, "b": {"protect": True}, "d": {}}),
    ("up", {"a": {"content": "2"}, "d": {}}),  # b is protected
    ("destroy", {}),  # b is protected
    ("up", {"a": {"content": "2"}, "bad": {}, "b": {"protect": False}, "d": {}}),
    ("up", {"a": {"content": "3", "behaviour": "fail"}, "b": {"protect": False}}),
    ("up", {"a": {"content": "3"}, "b": {"protect": False}}),
    ("destroy", {}),
]


MOVES: list[Step] = [
    ("up", {"a": {"below": "shelf"}, "b": {"protect": True}, "c": {"needs": ["a"]}}),
    (
        "up",
        {"a": {"aliases": ["shelf"]}, "b": {"protect": True, "below": "shelf", "aliases": [""]}, "c": {"needs": ["a"]}},
    ),
    (
        "up",
        {"a": {"content": "2", "below": "shelf", "aliases": [""]}, "b": {"aliases": ["shelf"]}, "c": {"needs": ["a"]}},
    ),
    ("up", {"a": {"content": "2", "aliases": ["shelf"]}, "b": {}}),
    ("destroy", {}),
]


def ours(disk: DiskStack, step: Step) -> int:
    operation, files = step
    try:
        disk.run(Action(operation), disk.program(files))
    except EngineError as error:
        return error.exit_code
    return 0


@pytest.mark.parametrize("story", [STORY, MOVES], ids=["changes", "moves"])
def test_the_same_story_has_the_same_effects(tmp_path: Path, story: list[Step]) -> None:
    embedded, pulumi = DiskStack(tmp_path / "embedded"), PulumiStack(tmp_path / "pulumi")
    for number, step in enumerate(story):
        told = ours(embedded, step)
        assert pulumi.command(*step) == told, (number, pulumi.output)
        assert pulumi.on_disk() == embedded.on_disk(), (number, pulumi.output)
        assert sorted(pulumi.effects()) == sorted(embedded.effects()), (number, pulumi.output)
