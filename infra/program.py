"""The Pulumi program: a loop over the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar, assert_never

import pulumi

from infra.baseline.resources import APPROVALS
from infra.components.log_stream import LogStream, LogStreamArgs
from infra.components.service_credential import ServiceCredential, ServiceCredentialArgs
from infra.preflight import preflight
from infra.run_errors import as_run_errors
from infra.targets.aws import AwsTarget
from infra.targets.contract import Target
from infra.targets.kafka import KafkaTarget
from levee.diagnostics.redaction import redact
from levee.loading.load import load_stack
from levee.model.stack import Target as Platform
from levee.plan.build import build_plan
from levee.plan.not_yet import not_yet_in_force
from levee.plan.planned import Plan, PlannedArchive, PlannedCarrier, PlannedMonitor
from policies.gate import enforce
from policies.report.as_text import headline

OfStream = TypeVar("OfStream", PlannedArchive, PlannedMonitor, PlannedCarrier)


def run(project: Path, stack: str, as_of: date) -> None:
    """Load, judge, check and register one stack. Nothing is registered when a rule or a check fails.

    Raises pulumi.RunError, whose text Pulumi prints as it is.
    """
    with as_run_errors(project):
        plan = build_plan(load_stack(project, stack), as_of)
        report = enforce(plan, project, as_of)
        doubts = preflight(plan, project, changing=not pulumi.runtime.is_dry_run())
        for finding in report.warnings:
            pulumi.log.warn(headline(finding))
        for waiting in not_yet_in_force(plan, as_of):
            pulumi.log.warn(waiting)
        for pending in plan.pending:
            pulumi.log.warn(f"{pending.stream}: {pending.what}")
        for doubt in doubts:
            pulumi.log.warn(redact(doubt))
        provision(plan, project)


@as_run_errors()
def provision(plan: Plan, project: Path) -> None:
    """Register everything planned. Independent things stay independent, so that providers can batch them.

    Raises pulumi.RunError, as `run`.
    """
    target = _target(plan, project)
    archives, monitors, carriers = _by_stream(plan.archives), _by_stream(plan.monitors), _by_stream(plan.carriers)
    made: list[pulumi.Resource] = []
    for topic in plan.topics:
        of_stream = LogStreamArgs(
            topic=topic,
            archives=tuple(archives[topic.stream]),
            monitors=tuple(monitors[topic.stream]),
            carriers=tuple(carriers[topic.stream]),
            target=target,
        )
        made.append(LogStream(topic.stream, of_stream).topic)
    for credential in plan.credentials:
        of_service = ServiceCredentialArgs(credential=credential, target=target)
        made.append(ServiceCredential(credential.service, of_service).credential)
    target.finish()
    pulumi.export("cluster", plan.cluster.id)
    pulumi.export("topics", {topic.stream: topic.name for topic in plan.topics})
    pulumi.export(APPROVALS, _spent(plan, made))


def _spent(plan: Plan, made: Iterable[pulumi.Resource]) -> pulumi.Input[list[str]]:
    """The marks of the approvals that let this deployment through, known once what they are of is made."""
    marks = sorted(plan.approvals)
    return pulumi.Output.all(*(each.urn for each in made)).apply(lambda _: marks) if marks else []


def _by_stream(planned: Iterable[OfStream]) -> Mapping[str, list[OfStream]]:
    found: dict[str, list[OfStream]] = defaultdict(list)
    for each in planned:
        found[each.stream].append(each)
    return found


def _target(plan: Plan, project: Path) -> Target:
    match plan.target:
        case Platform.KAFKA:
            return KafkaTarget(plan, project)
        case Platform.AWS:
            return AwsTarget(plan, project)
        case Platform.IBM:
            raise pulumi.RunError(f"stack {plan.stack}: this version of levee provisions no {plan.target} targets yet")
        case _:
            assert_never(plan.target)
