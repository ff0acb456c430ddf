"""Whose a tagged thing is: two projects may have a stack of one name in one account."""

from __future__ import annotations

import pytest

from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.tags import is_own, owner_of
from tests.providers.levee_provider.aws.test_aws_kind import DUE, TAGS, Lamp, declared, made

SHOP = {**TAGS, "levee:project": "shop"}
LAB = {**TAGS, "levee:project": "lab"}


@pytest.fixture
async def lamp() -> Lamp:
    return Lamp()


def test_a_stack_of_the_same_name_in_another_project_is_another_owner() -> None:
    assert is_own({"tags": {**SHOP}}, {"tags": {**SHOP}})
    assert not is_own({"tags": {**LAB}}, {"tags": {**SHOP}})
    assert not is_own({"tags": {**TAGS}}, {"tags": {**SHOP}}), "nobody knows which project's"
    assert owner_of({"tags": {**SHOP}}) == "shop/test"


async def test_another_projects_thing_is_refused_with_its_owner(lamp: Lamp) -> None:
    await made(lamp, tags={**LAB})
    new = lamp.with_defaults(declared(tags={**SHOP}))
    for attempt in (lamp.preview_create(new), lamp.create(new)):
        with pytest.raises(RefusedError, match="stack lab/test"):
            await attempt
    assert lamp.live is not None
    assert lamp.live["tags"] == LAB


@pytest.mark.parametrize("tag", ["levee:project", "levee:stack"])
async def test_what_another_has_tagged_since_is_neither_changed_nor_deleted(lamp: Lamp, tag: str) -> None:
    recorded = await made(lamp, tags={**SHOP}, deletion=DUE)
    assert lamp.live is not None
    lamp.live["tags"] = {**SHOP, tag: "theirs"}
    for attempt in (lamp.update(recorded, {**recorded.inputs, "colour": "blue"}), lamp.delete(recorded)):
        with pytest.raises(RefusedError, match="theirs"):
            await attempt
    assert lamp.live["colour"] == "red"


async def test_a_thing_of_before_there_were_projects_and_lost_tags_are_tagged_again(lamp: Lamp) -> None:
    old = await made(lamp)
    new: Properties = {**old.inputs, "tags": {**SHOP}}
    assert set(await lamp.diff(old, new)) == {'tags["levee:project"]'}
    outputs = await lamp.update(old, new)
    assert lamp.live is not None
    assert lamp.live["tags"] == SHOP
    lamp.live["tags"] = {}
    await lamp.update(Recorded(old.id, new, outputs), new)
    assert lamp.live["tags"] == SHOP
