"""What the program registered, judged by the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from levee.diagnostics.redaction import REDACTED, looks_secret
from levee.plan.registered import Registered
from levee.plan.unknown import unknown
from levee_infra.deployed.embedded_state import name_of
from levee_infra.engines.contract import Report
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.registration import Registration
from levee_infra.providers.protocol.properties import UNKNOWN_TEXT
from levee_policies.readback.observe import JUDGED
from levee_policies.rule import Surface
from levee_policies.stack_evaluator import StackEvaluator, message


def judge(evaluator: StackEvaluator, declared: Sequence[Registration], report: Report) -> Iterator[Refusal]:
    """Why these resources may not be made. What is waived is reported, less what files show: the command reported that.

    Raises LeveeError where the stack's files can't be read.
    """
    resources = [_registered(each) for each in declared if each.type in JUDGED]
    for finding in evaluator.everything(resources):
        if finding.blocks:
            yield Refusal(urn=finding.origin.urn, message=message(finding))
        elif Surface.FILES not in finding.rule.surfaces:
            report(f"warning: {message(finding)}")


def _registered(declared: Registration) -> Registered:
    return Registered(
        urn=declared.urn,
        type=declared.type,
        name=name_of(declared.urn),
        properties=_plain(declared.inputs, ""),
        protected=declared.protect,
    )


def _plain(properties: Mapping[str, Any], path: str) -> dict[str, Any]:
    return {
        key: REDACTED if looks_secret(key) else _value(value, f"{path}.{key}".strip("."))
        for key, value in properties.items()
    }


def _value(value: Any, path: str) -> Any:
    if value == UNKNOWN_TEXT:
        return unknown(path)
    if isinstance(value, dict):
        return _plain(value, path)
    if isinstance(value, list):
        return [_value(item, path) for item in value]
    return value
