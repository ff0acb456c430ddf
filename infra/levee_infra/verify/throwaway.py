"""A topic made and deleted again by a manager, to show that both really work. Only where that was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Final

from kafka.protocol.admin import CreateTopicsRequest, DeleteTopicsRequest

from levee_infra.verify.answer import Answer, Observation, Outcome
from levee_infra.verify.broker_connection import LoginRefused, Unreachable
from levee_infra.verify.check import Check
from levee_infra.verify.client import Client
from levee_infra.verify.probe import Probe
from levee_infra.verify.probe_request import NONE, UNKNOWN_TOPIC_OR_PARTITION, ProbeRequest, error_name, read_code
from levee_infra.verify.stream_probes import TIMEOUT_MS, describe

DELETE_BY_NAME: Final = 5
SEEN_WITHIN: Final = 100
PAUSE_S: Final = 0.1


async def make_and_delete(creation: Check, manager: Client, administrator: Client, replication: int) -> list[Outcome]:
    """Create the topic that `creation` names, which must be a made-up name, and delete it.

    What the manager fails to delete, the administrator deletes; if even that fails, the outcome says what is left.
    """
    name = creation.name
    created = await _observed(_create(name, manager, replication))
    outcomes = [Outcome(creation, created)]
    if created.answer is Answer.REFUSED:
        return outcomes
    try:
        await _until_seen(name, manager)
        deleted = await _observed(_delete(name, manager))
    except asyncio.CancelledError:  # by Ctrl-C or a time limit
        await _observed(_delete(name, administrator))
        raise
    if not deleted.done:
        removed = await _observed(_delete(name, administrator))
        rest = "the administrator deleted it" if removed.done else f"delete topic {name} by hand, it may be left"
        deleted = replace(deleted, evidence=f"{deleted.evidence}; {rest}")
    return [*outcomes, Outcome(replace(creation, probe=Probe.DELETE), deleted)]


async def _observed(attempt: Awaitable[Observation]) -> Observation:
    try:
        return await attempt
    except (Unreachable, LoginRefused) as error:
        return Observation(Answer.UNCLEAR, str(error))


async def _create(name: str, client: Client, replication: int) -> Observation:
    topic = CreateTopicsRequest.CreatableTopic(name=name, num_partitions=1, replication_factor=replication)
    request = CreateTopicsRequest(topics=[topic], timeout_ms=TIMEOUT_MS, validate_only=False)
    answer = await client.ask(request)
    return read_code(answer.topics[0].error_code, frozenset({NONE}), done=True)


async def _delete(name: str, client: Client) -> Observation:
    request = DeleteTopicsRequest(topic_names=[name], timeout_ms=TIMEOUT_MS, max_version=DELETE_BY_NAME)
    answer = await client.ask(request)
    return read_code(answer.responses[0].error_code, frozenset({NONE}), done=True)


async def _until_seen(name: str, client: Client) -> None:
    """A broker may hear of a new topic later than the controller did."""
    for _ in range(SEEN_WITHIN):
        observation = await _observed(_describe(describe(name), client))
        if observation.evidence != error_name(UNKNOWN_TOPIC_OR_PARTITION):
            return
        await asyncio.sleep(PAUSE_S)


async def _describe(seen: ProbeRequest, client: Client) -> Observation:
    return seen.observe(await client.ask(seen.request))
