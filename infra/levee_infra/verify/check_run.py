"""Tries everything that is claimed of one user, without effect on the cluster."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from levee_infra.verify.access import Access
from levee_infra.verify.answer import Answer, Observation, Outcome
from levee_infra.verify.broker_connection import LoginRefused, Unreachable
from levee_infra.verify.check import Check
from levee_infra.verify.client import Client
from levee_infra.verify.cluster_probes import CLUSTER_REQUESTS
from levee_infra.verify.group_probes import GROUP_REQUESTS
from levee_infra.verify.login import Address, Login
from levee_infra.verify.overview import (
    every_visible_topic,
    judge_cluster,
    judge_visible,
    operation_names,
    own_cluster_rights,
    visible_operations,
)
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.probe_request import (
    LEADER_NOT_AVAILABLE,
    NONE,
    NOT_LEADER_OR_FOLLOWER,
    PASSING,
    ProbeRequest,
    read_code,
)
from levee_infra.verify.stream_probes import STREAM_REQUESTS, describe, fetch, find_end
from levee_infra.verify.write_check import log_in

PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0)
"""Between tries of what failed only because a leader or a controller was moving."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A user with all that is claimed of it. `turn` spreads users over brokers, `nobody` is a made-up name."""

    access: Access
    checks: Sequence[Check]
    turn: int
    nobody: str

    async def run(self, login: Login) -> list[Outcome]:
        """Try every check. Never raises for what a broker does: what is unclear says so."""
        outcomes = [Outcome(check, await self._try_login(check, login)) for check in self.checks if _is_login(check)]
        rest = [check for check in self.checks if not _is_login(check)]
        stopped = next(
            (o.observation for o in outcomes if o.check.probe is Probe.LOG_IN and not o.observation.done), None
        )
        if stopped is not None:
            return outcomes + not_tried(rest, f"not tried: {stopped.evidence}")
        async with Client(login, turn=self.turn) as client:
            return outcomes + [Outcome(check, await self._observe(check, client)) for check in rest]

    async def _try_login(self, check: Check, login: Login) -> Observation:
        if check.probe is Probe.LOG_IN:
            return await asyncio.to_thread(log_in, login.settings)
        return await try_login(login.with_password(secrets.token_urlsafe()), self.turn)

    async def _observe(self, check: Check, client: Client) -> Observation:
        try:
            return await self._try(check, client)
        except (Unreachable, LoginRefused) as error:
            return Observation(Answer.UNCLEAR, str(error))
        except (AttributeError, IndexError) as error:
            # An answer of another shape than the protocol's, such as one without the topic that was asked for.
            return Observation(Answer.UNCLEAR, f"an answer that can't be understood ({type(error).__name__})")

    async def _try(self, check: Check, client: Client) -> Observation:
        match check.probe:
            case Probe.SEE_STREAMS:
                return judge_visible(self.access, visible_operations(await client.ask(every_visible_topic())))
            case Probe.HOLD_CLUSTER:
                answer = await client.ask(own_cluster_rights())
                return judge_cluster(operation_names(answer.authorized_operations))
            case Probe.CONSUME if check.subject is Subject.OWN_STREAM and check.allowed:
                return await _persistently(lambda: _read_nothing(client, check.name))
            case probe if probe in STREAM_REQUESTS:
                return await _persistently(lambda: _ask(client, STREAM_REQUESTS[probe](check.name)))
            case probe if probe in GROUP_REQUESTS:
                return await _persistently(lambda: _ask(client, GROUP_REQUESTS[probe](check.name)))
            case probe:
                return await _persistently(lambda: _ask(client, CLUSTER_REQUESTS[probe](self.nobody)))


async def try_login(login: Login, turn: int = 0) -> Observation:
    """Log in once, with the first broker that answers."""
    try:
        async with Client(login, turn=turn) as client:
            await client.ask(own_cluster_rights())
    except LoginRefused as error:
        return Observation(Answer.REFUSED, str(error))
    except Unreachable as error:
        return Observation(Answer.UNCLEAR, str(error))
    return Observation(Answer.ALLOWED, "logged in", done=True)


def not_tried(checks: Iterable[Check], why: str) -> list[Outcome]:
    """The checks, each with an unclear answer."""
    return [Outcome(check, Observation(Answer.UNCLEAR, why)) for check in checks]


def _is_login(check: Check) -> bool:
    return check.probe in {Probe.LOG_IN, Probe.LOG_IN_WRONGLY}


async def _ask(client: Client, inert: ProbeRequest) -> tuple[int, Observation]:
    answer = await client.ask(inert.request)
    return inert.code(answer), inert.observe(answer)


async def _read_nothing(client: Client, topic: str) -> tuple[int, Observation]:
    """Fetch what comes after the last record from the leader: a consumer's whole way, and no record on it."""
    described = describe(topic)
    answer = await client.ask(described.request)
    if code := described.code(answer):
        return code, described.observe(answer)
    partition = answer.topics[0].partitions[0]
    leader = next((broker for broker in answer.brokers if broker.node_id == partition.leader_id), None)
    if leader is None:
        return LEADER_NOT_AVAILABLE, Observation(Answer.UNCLEAR, "LEADER_NOT_AVAILABLE")
    address = Address(leader.host, leader.port)
    end = find_end(topic, partition.partition_index)
    answer = await client.ask_at(address, end.request)
    if code := end.code(answer):
        return code, end.observe(answer)
    offset = answer.topics[0].partitions[0].offset
    rest = fetch(topic, partition=partition.partition_index, offset=offset)
    code = rest.code(await client.ask_at(address, rest.request))
    return code, read_code(code, frozenset({NONE}), done=True)


async def _persistently(attempt: Callable[[], Awaitable[tuple[int, Observation]]]) -> Observation:
    """Try again what no judgement was made of."""
    for pause in PAUSES_S:
        code, observation = await attempt()
        if observation.answer is not Answer.UNCLEAR or code not in PASSING | {NOT_LEADER_OR_FOLLOWER}:
            return observation
        await asyncio.sleep(pause)
    return (await attempt())[1]
