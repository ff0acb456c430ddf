"""What the providers would refuse of topics and credentials, asked before anything is registered.

A provider is asked while others have begun to change things; here its own kinds are asked first, by the state and the
live cluster, what they would make of each topic and each credential that is new or declared otherwise. What is as it
was costs one look at its identity. What an AWS account refuses of anything else is met when its turn comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from levee.clock import Clock
from levee.diagnostics import Rejected
from levee.loading.locate import diagnose
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.kafka.credential.platform import open_package
from levee_infra.kafka.inputs import identity_of, kafka_configuration, topic_inputs
from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.kafka.topic import Topic
from levee_infra.providers.kafka.topic_ownership import OWNER
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming, Package, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import without_internal
from levee_infra.targets.registry import STORES, target_of
from levee_policies.readback import topic


@dataclass(frozen=True)
class _Declared:
    """One resource as it shall be, and as the state has it; `before` None: it is new."""

    kind: ResourceKind
    name: str
    inputs: dict[str, Any]
    before: Recorded | None
    origin: Origin


def rehearse(plan: Plan, project: Path, recorded: Iterable[Registered], as_of: date) -> None:
    """Raises Rejected with everything that a provider would refuse, or could not be asked about."""
    # Pulumi runs the program inside an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        problems = thread.submit(asyncio.run, _problems(plan, project, recorded, as_of)).result()
    if problems:
        raise Rejected(diagnose(project, problems), exit_code=1)


async def _problems(plan: Plan, project: Path, recorded: Iterable[Registered], as_of: date) -> list[Problem]:
    connection, configured = kafka_configuration(plan, project), target_of(plan).provider(plan, project)
    clock = Clock.fixed(datetime.combine(as_of, time(), UTC))
    topics, credentials = KafkaProvider().configure(connection), open_package(configured["kafka"], clock, STORES)
    before = {(each.type, each.name): each for each in recorded}
    try:
        declared = _declared(plan, project, (topics, credentials), before)
        found = await asyncio.gather(*map(_problem, declared))
    finally:
        await asyncio.gather(topics.close(), credentials.close())
    return [problem for problem in found if problem is not None]


def _declared(
    plan: Plan, project: Path, packages: Iterable[Package], before: Mapping[tuple[str, str], Registered]
) -> Iterator[_Declared]:
    kinds = {kind.token: kind for package in packages for kind in package.kinds}
    made = kinds[topic.TYPE]
    named = [(each.stream, each) for each in plan.topics]
    named += [(f"{each.stream}.{each.source.service}.checkpoints", each.checkpoints) for each in plan.carriers]
    for name, planned in named:
        old = _recorded(before.get((topic.TYPE, name)), "name")
        yield _Declared(made, name, topic_inputs(planned), old, planned.origin)
    store = target_of(plan).secret_store(plan, project)
    for each in plan.credentials:
        identity = identity_of(each, store)
        old = _recorded(before.get((identity.token, each.service)), "service")
        yield _Declared(kinds[identity.token], each.service, identity.inputs, old, each.origin)


def _recorded(found: Registered | None, identity: str) -> Recorded | None:
    """As the state has it; None where a run began to make it and nobody knows what became of that."""
    if found is None or not found.outputs:
        return None
    inputs, outputs = without_internal(found.properties), without_internal(found.outputs)
    return Recorded(id=str(inputs[identity]), inputs=inputs, outputs=outputs, urn=found.urn)


async def _problem(declared: _Declared) -> Problem | None:
    try:
        await _rehearse(declared)
    except (RefusedError, FailedError) as refusal:
        hint = "correct it as it says and run the same command again; nothing was changed"
        return Problem("refused", str(refusal), hint, declared.origin)
    return None


async def _rehearse(declared: _Declared) -> None:
    kind, before = declared.kind, declared.before
    if before is not None and isinstance(kind, Topic):
        await kind.require_recorded(before, declared.inputs)
    if before is not None and not await kind.diff(before, _with_owner(declared.inputs, before)):
        return
    seen = None if before is None else await kind.read(before)  # as a refresh would have it
    urn = "" if before is None else before.urn
    old = {} if before is None else before.inputs
    inputs = await kind.check(Declaration(new=declared.inputs, old=old, naming=Naming(declared.name), urn=urn))
    if seen is None:
        await kind.preview_create(inputs)
    else:
        await kind.preview_update(seen, inputs)


def _with_owner(inputs: Mapping[str, Any], before: Recorded) -> dict[str, Any]:
    """The inputs with what the kind itself adds to those of a topic."""
    return {**inputs, **{key: value for key, value in before.inputs.items() if key == OWNER}}
