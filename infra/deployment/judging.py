"""What the embedded engine's program registered, judged by the rules of the policy pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.embedded.errors import Refusal
from infra.embedded.properties import UNKNOWN, clear_all
from infra.embedded.registration import Registration
from infra.embedded.state import name_of
from levee.diagnostics.redaction import REDACTED, looks_secret
from levee.plan.unknown import unknown
from policies.desk import Desk, message
from policies.readback.observe import JUDGED
from policies.readback.registered import Registered


def judge(desk: Desk, declared: Sequence[Registration]) -> Iterator[Refusal]:
    """Why these resources may not be made. Raises LeveeError where the stack's files can't be read."""
    resources = [_registered(each) for each in declared if each.type in JUDGED]
    for finding in desk.everything(resources):
        if finding.gates:
            yield Refusal(urn=finding.origin.urn, message=message(finding))


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
