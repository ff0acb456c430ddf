"""Plain Kafka: topics by the kafka provider, service credentials by the levee provider."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kafka

from infra import type_tokens
from infra.connection import provider_connection
from levee.model.acl import Acl
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic


class KafkaServiceCredential(pulumi.CustomResource):
    """`levee:kafka:ServiceCredential`: the SCRAM users and ACLs of one service (infra/providers/levee)."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        outputs = {"principals": None, "username": None, "secretRef": None}
        super().__init__(type_tokens.KAFKA_SERVICE_CREDENTIAL, name, {**inputs, **outputs}, opts)


class KafkaTarget:
    """Registers topics and credentials on the plan's cluster. Providers are explicit: no ambient configuration."""

    def __init__(self, plan: Plan, project: Path) -> None:
        connection = provider_connection(plan.cluster, project)
        self._kafka = pulumi.ProviderResource("kafka", "kafka", connection)
        self._levee = pulumi.ProviderResource("levee", "levee", {"kafka": connection})
        self._secret_store = {"kind": plan.secrets.kind, "directory": str(project / plan.secrets.directory)}

    def topic(self, name: str, planned: PlannedTopic, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register `kafka:index/topic:Topic`."""
        topic: pulumi.Resource = pulumi_kafka.Topic(
            name,
            name=planned.name,
            partitions=planned.partitions,
            replication_factor=planned.replication,
            config=dict(planned.settings),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self._kafka)),
        )
        return topic

    def credential(self, name: str, planned: PlannedCredential, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register `levee:kafka:ServiceCredential`."""
        inputs = {
            "service": planned.service,
            "generation": planned.generation,
            "previous": planned.previous.value,
            "iterations": planned.iterations,
            "acls": [_acl(acl) for acl in planned.acls],
            "secretStore": self._secret_store,
        }
        return KafkaServiceCredential(
            name, inputs, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self._levee))
        )


def _acl(acl: Acl) -> dict[str, str]:
    return {
        "resourceType": acl.resource_type.value,
        "name": acl.pattern.name,
        "pattern": acl.pattern.type.value,
        "operation": acl.operation.value,
        "host": "*",
    }
