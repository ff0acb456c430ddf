"""What the real program registers for a plan, changed as a case says, in the shape in which rules get resources."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from levee.plan.observed import Observed
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee.plan.unknown import unknown
from levee_infra.program import provision
from levee_policies.engine import evaluate
from levee_policies.finding import Report
from levee_policies.index import Index
from levee_policies.readback.observe import observe
from levee_policies.rule import Rule
from tests.support.aws_outputs import outputs
from tests.support.recorder import record
from tests.support.rule_cases import Case, loaded, merged

URN: Final = "urn:pulumi:prod::levee::{type}::{name}"


def evaluated(case: Case, rules: tuple[Rule[Any], ...]) -> Report:
    """What the rules say of the case's registered resources, all together."""
    return evaluate(loaded(case), rules, replace(case.context, observed=_observed(case)))


@cache
def _observed(case: Case) -> Observed:
    plan = loaded(case)
    return observe(registered(plan, case), Index(plan), complete=True)


def registered(plan: Plan, case: Case) -> list[Registered]:
    """Every resource of the program, and those that the case changes or adds.

    A change is a mapping with `name` (and `type`, for one that is new), `inputs` (of a new one), `set` (merged into the
    inputs), `unknown` (paths of keys that a preview doesn't know), `protected`, `ignored` and `removed`.
    """
    place = f"{plan.boundary.region}:{plan.boundary.account}"
    with tempfile.TemporaryDirectory() as folder:
        recorder = record(lambda: provision(plan, Path(folder)), partial(outputs, place=place))
    resources = {
        (type_, name): _resource(type_, name, recorder.inputs(type_, name), protected=request.protect)
        for (type_, name), request in recorder.requests.items()
    }
    for change in case.resources:
        key = _key(change, list(resources))
        if change.get("removed"):
            del resources[key]
            continue
        resources[key] = _changed(resources.get(key) or _resource(*key, change.get("inputs", {})), change)
    return list(resources.values())


def _resource(type_: str, name: str, inputs: dict[str, Any], *, protected: bool = False) -> Registered:
    urn = URN.format(type=type_, name=name)
    return Registered(urn=urn, type=type_, name=name, properties=inputs, protected=protected)


def _key(change: dict[str, Any], keys: list[tuple[str, str]]) -> tuple[str, str]:
    if "type" in change:
        return change["type"], change["name"]
    return next(key for key in keys if key[1] == change["name"] and not key[0].startswith("levee:index:"))


def _changed(resource: Registered, change: dict[str, Any]) -> Registered:
    properties = merged(resource.properties, change.get("set", {}))
    for path in change.get("unknown", []):
        keys = path if isinstance(path, list) else [path]
        inside = properties
        for key in keys[:-1]:
            inside = inside[key]
        inside[keys[-1]] = unknown(".".join(keys))
    return Registered(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=properties,
        protected=change.get("protected", resource.protected),
        ignored=tuple(change.get("ignored", ())),
    )
