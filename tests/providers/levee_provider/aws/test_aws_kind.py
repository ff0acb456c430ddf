"""What every kind does alike: adopt its own, show what is declared, import it whole, finish what stopped."""

from __future__ import annotations

from typing import Any

import pytest

from levee.clock import SYSTEM_CLOCK, Clock
from levee_infra.providers.protocol.declared import BOOLEAN, Field, lasting
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming, Recorded
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live
from levee_infra.targets.aws.kinds.shared import DELETION, DOCUMENT
from levee_infra.targets.aws.kinds.shared import TAGS as TAGS_INPUT

TAGS = {"levee:managed-by": "levee", "levee:stack": "test", "levee:resource": "lamp", "owner": "us"}
DUE: Properties = {"on": "2020-01-01", "approvedBy": "dpo", "ticket": "R-1"}


class Lamp(AwsKind):
    """A thing of which one account has at most one, kept in memory."""

    token = "levee:test:Lamp"
    what = "lamp"
    takes = (
        lasting("name"),
        Field("colour"),
        Field("policy", type=DOCUMENT),
        Field("on", type=BOOLEAN, default=True),
        Field("note", default="none", write_only=True),
        DELETION,
        TAGS_INPUT,
    )

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(Api(AwsConnection("123456789012", "eu-central-1")), clock)
        self.live: Properties | None = None
        self.made = 0
        self.fails: Exception | None = None
        self.loses_answers = False

    async def look_for(self, new: Properties) -> Live | None:
        return await self.look_at(str(new["name"]))

    async def look_at(self, resource_id: str) -> Live | None:
        if self.live is None or self.live["name"] != resource_id:
            return None
        return Live(resource_id, {**self.live}, {"arn": "arn:lamp", "serial": None})

    async def make(self, new: Properties) -> Live:
        self.made += 1
        self.live = {"name": new["name"], "tags": new["tags"], "colour": None}
        return Live(str(new["name"]), {**self.live}, {"arn": "arn:lamp"})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        if self.fails is not None:
            raise self.fails
        assert self.live is not None
        self.live = {**self.live, **{name: value for name, value in new.items() if name not in {"note", "deletion"}}}

    async def remove(self, live: Live, recorded: Recorded) -> None:
        if self.fails is not None:
            raise self.fails
        self.live = None
        if self.loses_answers:
            raise AwsError("there is no such lamp", "NotFound")


def declared(**changes: Any) -> Properties:
    return {"name": "lamp", "colour": "red", "policy": '{"a": 1}', "tags": {**TAGS}, **changes}


@pytest.fixture
async def lamp() -> Lamp:
    return Lamp()


async def made(lamp: Lamp, **changes: Any) -> Recorded:
    return await lamp.create(lamp.with_defaults(declared(**changes)))


async def drift(lamp: Lamp, recorded: Recorded) -> set[str]:
    found = await lamp.read(recorded)
    assert found is not None
    return set(await lamp.diff(found, recorded.inputs))


async def test_what_is_read_is_what_was_made(lamp: Lamp) -> None:
    recorded = await made(lamp)
    assert await lamp.read(recorded) == recorded
    assert recorded.outputs["note"] == "none"


async def test_what_somebody_added_is_not_shown(lamp: Lamp) -> None:
    recorded = await made(lamp, colour=None)
    assert lamp.live is not None
    lamp.live |= {"tags": {**TAGS, "theirs": "yes"}, "colour": "green", "policy": '{ "a" : 1 }', "more": 1}
    found = await lamp.read(recorded)
    assert found is not None
    assert found.outputs["tags"] == TAGS
    assert "more" not in found.outputs
    assert await drift(lamp, recorded) == set()


@pytest.mark.parametrize("gone", ["colour", "policy", "on"])
async def test_what_somebody_took_away_is_shown_and_put_right(lamp: Lamp, gone: str) -> None:
    recorded = await made(lamp)
    assert lamp.live is not None
    for lack in ({}, {gone: None}):
        lamp.live = {name: value for name, value in lamp.live.items() if name != gone} | lack
        assert await drift(lamp, recorded) == {gone}
        await lamp.update(recorded, recorded.inputs)
        assert await drift(lamp, recorded) == set()


async def test_nothing_differs_after_an_import(lamp: Lamp) -> None:
    lamp.live = {"name": "lamp", "colour": None, "on": True, "tags": {**TAGS, "theirs": "yes"}, "policy": "{}"}
    found = await lamp.read(Recorded("lamp", {}, {}))
    assert found is not None
    inputs = {"name": "lamp", "on": True, "note": "none", "policy": "{}", "tags": {**TAGS, "theirs": "yes"}}
    assert (found.inputs, found.outputs) == (inputs, {**inputs, "arn": "arn:lamp"})
    assert await lamp.check(Declaration(found.inputs, found.inputs, Naming("lamp"))) == inputs


async def test_what_a_killed_run_left_is_gone_on_with_and_a_strangers_is_not(lamp: Lamp) -> None:
    lamp.live = {"name": "lamp", "tags": {**TAGS}, "colour": None}
    recorded = await made(lamp)
    assert (lamp.made, lamp.live["colour"], await lamp.read(recorded)) == (0, "red", recorded)

    lamp.live["tags"] = {**TAGS, "levee:resource": "torch"}
    for attempt in (lamp.preview_create, lamp.create):
        with pytest.raises(RefusedError, match="it is torch of stack test"):
            await attempt(declared())


async def test_what_it_is_found_by_is_enough_to_know_a_stranger(lamp: Lamp) -> None:
    lamp.live = {"name": "lamp", "tags": {**TAGS, "levee:resource": "torch"}, "colour": None}
    assert lamp.can_rehearse(declared(colour=UNKNOWN))
    with pytest.raises(RefusedError, match="it is torch of stack test"):
        await lamp.preview_create(declared(colour=UNKNOWN))
    assert not lamp.can_rehearse(declared(name=UNKNOWN))
    assert not lamp.can_rehearse(declared(tags={**TAGS, "levee:stream": UNKNOWN}))


async def test_what_stopped_half_way_is_told_as_it_is(lamp: Lamp) -> None:
    lamp.fails = FailedError("out of paint")
    with pytest.raises(PartlyDoneError, match="not finished: out of paint") as stopped:
        await made(lamp, deletion=DUE)
    assert (stopped.value.resource_id, lamp.made) == ("lamp", 1)
    assert stopped.value.outputs == {"name": "lamp", "note": "none", "tags": TAGS, "deletion": DUE, "arn": "arn:lamp"}

    lamp.fails = None
    recorded = await made(lamp)
    assert (lamp.made, await lamp.read(recorded)) == (1, recorded)


async def test_a_removal_whose_answer_was_lost_is_done(lamp: Lamp) -> None:
    recorded = await made(lamp, deletion=DUE)
    lamp.fails = AwsError("not now", "Busy")
    with pytest.raises(AwsError):
        await lamp.delete(recorded)
    lamp.fails, lamp.loses_answers = None, True
    await lamp.delete(recorded)
    await lamp.delete(recorded)
    assert lamp.live is None
    with pytest.raises(FailedError, match="the lamp lamp is gone"):
        await lamp.update(recorded, declared())


async def test_what_is_fixed_can_not_change_and_what_is_unknown_may_not(lamp: Lamp) -> None:
    with pytest.raises(RefusedError, match="can't change from torch to lamp"):
        await lamp.check(Declaration(declared(), declared(name="torch"), Naming("lamp")))
    await lamp.check(Declaration(declared(name=UNKNOWN), declared(name="torch"), Naming("lamp")))
