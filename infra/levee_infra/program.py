"""The Pulumi program: a loop over the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import pulumi

from levee import __version__
from levee.diagnostics.redaction import redact
from levee.loading.load import load_plan
from levee.plan.not_yet import not_yet_in_force
from levee.plan.part import Part
from levee.plan.planned import Plan, PlannedCarrier
from levee.targets import parts
from levee.targets.pending import pending
from levee_infra.components.log_stream import LogStreamArgs, register_stream
from levee_infra.components.registration import Registration
from levee_infra.deployed.guard import guard
from levee_infra.deployed.holder import EngineName, note_holder, refuse_other_holder
from levee_infra.deployed.resources import APPROVALS
from levee_infra.rehearsal import rehearse
from levee_infra.run_errors import as_run_errors
from levee_infra.sdk_cost import without_source_positions
from levee_infra.targets.preflight import preflight
from levee_policies.gate import enforce
from levee_policies.report.as_text import headline

OfStream = TypeVar("OfStream", Part, PlannedCarrier)


def run(project: Path, stack: str, as_of: date) -> None:
    """Load, judge, check and register one stack. Nothing is registered when a rule or a check fails.

    Raises pulumi.RunError, whose text Pulumi prints as it is.
    """
    with as_run_errors(project):
        plan = load_plan(project, stack, as_of)
        refuse_other_holder(EngineName.PULUMI, project, stack)
        report = enforce(plan, project, as_of)
        recorded = guard(plan, project, as_of, lambda line: pulumi.log.warn(redact(line)))
        doubts = preflight(plan, project, changing=not pulumi.runtime.is_dry_run())
        for finding in report.warnings:
            pulumi.log.warn(headline(finding))
        for waiting in not_yet_in_force(plan, as_of):
            pulumi.log.warn(waiting)
        for each in pending(plan):
            pulumi.log.warn(f"{each.stream}: {each.what}")
        for doubt in doubts:
            pulumi.log.warn(redact(doubt))
        if not pulumi.runtime.is_dry_run():  # a preview rehearses itself
            rehearse(plan, project, recorded, as_of)
            note_holder(project, stack)
        provision(plan, project, holds_on_destroy=True)


@as_run_errors()
@without_source_positions()
def provision(plan: Plan, project: Path, *, holds_on_destroy: bool = False) -> None:
    """Register everything planned. Independent things stay independent, so that providers can batch them.

    `holds_on_destroy`: for an engine that doesn't refuse to destroy a protected stack before it deletes anything.
    Raises pulumi.RunError, as `run`.
    """
    planned = parts(plan)
    registration = Registration(plan, project, planned, holds_on_destroy=holds_on_destroy)
    of_stream, carriers = _by_stream(planned), _by_stream(plan.carriers)
    for part in of_stream[None]:
        if not part.needs:
            registration.part(part)
    made: list[pulumi.Resource] = []
    for topic in plan.topics:
        stream = LogStreamArgs(
            topic=topic,
            parts=tuple(of_stream[topic.stream]),
            carriers=tuple(carriers[topic.stream]),
            registration=registration,
        )
        made.append(register_stream(topic.stream, stream))
    made += (registration.credential(credential.service, credential) for credential in plan.credentials)
    for part in of_stream[None]:
        if part.needs:
            registration.part(part)
    pulumi.export("levee", __version__)  # a version may register the same things in another order of dependencies
    pulumi.export("cluster", plan.cluster.id)
    pulumi.export("topics", {topic.stream: topic.name for topic in plan.topics})
    pulumi.export(APPROVALS, _spent(plan, made))


def _spent(plan: Plan, made: Iterable[pulumi.Resource]) -> pulumi.Input[list[str]]:
    """The marks of the approvals that let this deployment through, known once what they are of is made."""
    marks = sorted(plan.approvals)
    return pulumi.Output.all(*(each.urn for each in made)).apply(lambda _: marks) if marks else []


def _by_stream(planned: Iterable[OfStream]) -> Mapping[str | None, list[OfStream]]:
    """What belongs to each stream, and under None what belongs to none."""
    found: dict[str | None, list[OfStream]] = defaultdict(list)
    for each in planned:
        found[each.stream].append(each)
    return found
