"""What a run would make and change, judged by the rules: registered resources, and the change of what is deployed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from levee.diagnostics.redaction import REDACTED, looks_secret
from levee.plan.change import Deployed, compare
from levee.plan.unknown import unknown
from levee_infra.engines.contract import Deployment, Report
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.properties import UNKNOWN, clear_all
from levee_infra.engines.embedded.registration import Registration
from levee_infra.engines.embedded.state import name_of
from levee_policies.finding import Finding
from levee_policies.gate import context_of, judge_change, stops_deployment
from levee_policies.readback.observe import JUDGED
from levee_policies.readback.registered import Registered
from levee_policies.report.as_text import headline
from levee_policies.rule import Surface
from levee_policies.stack_evaluator import StackEvaluator, message

# Access that grows: an interrupted run leaves topics whose services come with the next one, and Pulumi's state doesn't
# tell which. `levee guard` refuses it in the pipeline, where the files are compared.
TOLD_BY_PULUMI: Final = frozenset({"RLS-BLR-006"})


def judge(evaluator: StackEvaluator, declared: Sequence[Registration], report: Report) -> Iterator[Refusal]:
    """Why these resources may not be made. What is waived is told, less what files show: the command told that.

    Raises LeveeError where the stack's files can't be read.
    """
    resources = [_registered(each) for each in declared if each.type in JUDGED]
    for finding in evaluator.everything(resources):
        if finding.blocks:
            yield Refusal(urn=finding.origin.urn, message=message(finding))
        elif Surface.FILES not in finding.rule.surfaces:
            report(f"warning: {message(finding)}")


def refused_changes(
    deployment: Deployment, deployed: Deployed, report: Report, told: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What stops the plan from changing what is deployed. The rest, and what the rules `told` find, is a warning.

    Nothing where nothing is deployed. Raises LeveeError where the waivers can't be read.
    """
    if deployment.plan is None or not (deployed.topics or deployed.principals):
        return ()
    context = replace(context_of(deployment.project, deployment.clock.today()), max_removed=deployment.max_removed)
    judged = judge_change(deployment.plan, compare(deployment.plan, deployed), context)
    stopping = []
    for finding in judged.findings:
        if stops_deployment(finding) and finding.rule.id not in told:
            stopping.append(finding)
        else:
            report(f"warning: {finding.rule.id} {headline(finding)}")
    return tuple(stopping)


def _registered(declared: Registration) -> Registered:
    return Registered(
        urn=declared.urn,
        type=declared.type,
        name=name_of(declared.urn),
        properties=_plain(clear_all(declared.inputs), ""),
        protected=declared.protect,
    )


def _plain(properties: Mapping[str, Any], path: str) -> dict[str, Any]:
    return {
        key: REDACTED if looks_secret(key) else _value(value, f"{path}.{key}".strip("."))
        for key, value in properties.items()
    }


def _value(value: Any, path: str) -> Any:
    if value == UNKNOWN:
        return unknown(path)
    if isinstance(value, dict):
        return _plain(value, path)
    if isinstance(value, list):
        return [_value(item, path) for item in value]
    return value
