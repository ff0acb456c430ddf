"""A plan's topics and credentials as the providers take them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levee.model.acl import Acl
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic
from levee_infra.kafka.connection import provider_connection


def kafka_configuration(plan: Plan, project: Path) -> dict[str, Any]:
    """The plan's cluster, and whose its things are, as the kafka provider takes it."""
    return {**provider_connection(plan.cluster, project), "owner": plan.qualified_stack}


def topic_inputs(planned: PlannedTopic) -> dict[str, Any]:
    """A topic as the kafka provider takes it."""
    inputs: dict[str, Any] = {
        "name": planned.name,
        "partitions": planned.partitions,
        "replicationFactor": planned.replication,
        "config": dict(planned.settings),
        "acknowledgedIds": [*planned.acknowledged],
    }
    if planned.may_adopt:
        inputs["adopt"] = True
    if planned.on_removal is not None:
        inputs["onRemoval"] = planned.on_removal
    if planned.effective:
        inputs["effective"] = dict(planned.effective)
    return inputs


def credential_inputs(planned: PlannedCredential, store: Mapping[str, Any]) -> dict[str, Any]:
    """A service's credential as the levee provider takes it; `store` is where its passwords are kept."""
    return {
        "service": planned.service,
        "generation": planned.generation,
        "previous": planned.previous.value,
        "iterations": planned.iterations,
        "acls": [_acl(acl) for acl in planned.acls],
        "secretStore": store,
    }


def _acl(acl: Acl) -> dict[str, str]:
    return {
        "resourceType": acl.resource_type.value,
        "name": acl.pattern.name,
        "pattern": acl.pattern.type.value,
        "operation": acl.operation.value,
        "host": "*",
    }
