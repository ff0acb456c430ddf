"""A plan's topics and credentials as the providers take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from levee.model.acl import Acl
from levee.plan import type_tokens
from levee.plan.planned import ExistingPrincipal, Plan, PlannedCredential, PlannedTopic, ScramUsers
from levee_infra.kafka.connection import provider_connection


def kafka_configuration(plan: Plan, project: Path) -> dict[str, Any]:
    """The plan's cluster, and whose its things are, as the kafka provider takes it."""
    return {**provider_connection(plan.cluster, project), "owner": plan.qualified_stack}


def users_configuration(plan: Plan, project: Path) -> dict[str, Any]:
    """The same as the levee provider takes it: where levee itself has addresses of its own, with services' too."""
    told = {"clientBootstrapServers": list(plan.cluster.bootstrap)} if plan.cluster.security.admin_bootstrap else {}
    return {**kafka_configuration(plan, project), **told}


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


@dataclass(frozen=True, slots=True)
class Identity:
    """The resource of a service's identity: its type, what the levee provider takes, and what it says of it."""

    token: str
    inputs: dict[str, Any]
    outputs: tuple[str, ...]


def identity_of(planned: PlannedCredential, store: Mapping[str, Any]) -> Identity:
    """How a service's identity is realized: each way has its case. `store` is where passwords are kept."""
    shared = {"service": planned.service, "acls": [_acl(acl) for acl in planned.acls]}
    match planned.realized_as:
        case ScramUsers() as users:
            inputs = {
                **shared,
                "generation": users.generation,
                "previous": users.previous.value,
                "iterations": users.iterations,
                "secretStore": store,
            }
            return Identity(type_tokens.KAFKA_SERVICE_CREDENTIAL, inputs, ("principals", "username", "secretRef"))
        case ExistingPrincipal() as principal:
            inputs = {**shared, "principal": f"User:{principal.name}"}
            return Identity(type_tokens.KAFKA_PRINCIPAL_GRANTS, inputs, ("adopted",))


def _acl(acl: Acl) -> dict[str, str]:
    return {
        "resourceType": acl.resource_type.value,
        "name": acl.pattern.name,
        "pattern": acl.pattern.type.value,
        "operation": acl.operation.value,
        "host": "*",
    }
