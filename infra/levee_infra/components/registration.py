"""A plan as resources: topics by the kafka provider, credentials and parts by the levee provider."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, assert_never

import pulumi

from levee.model.name import NamePattern, PatternType
from levee.plan import type_tokens
from levee.plan.part import Need, Part
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic
from levee_infra.components.part_resources import PartResources
from levee_infra.earlier_urn import earlier_urn
from levee_infra.kafka.inputs import Identity, identity_of, kafka_configuration, topic_inputs
from levee_infra.providers.protocol.on_destroy import ON_DESTROY, REFUSE
from levee_infra.targets.registry import target_of
from levee_policies.readback import topic


class KafkaTopic(pulumi.CustomResource):
    """`kafka:index/topic:Topic` with what this project's provider takes beyond the published one."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(topic.TYPE, name, {**inputs, "topicId": None, "recreatedAs": None}, opts)


class KafkaIdentity(pulumi.CustomResource):
    """The identity of one service on the brokers, by the type that realizes it (infra/providers/levee)."""

    def __init__(self, name: str, made: Identity, opts: pulumi.ResourceOptions) -> None:
        super().__init__(made.token, name, {**made.inputs, **dict.fromkeys(made.outputs)}, opts)


class Registration:
    """Registers topics, credentials and the plan's parts. Providers are explicit: no ambient configuration."""

    def __init__(self, plan: Plan, project: Path, parts: Sequence[Part], *, holds_on_destroy: bool = False) -> None:
        """`holds_on_destroy`: the providers refuse to destroy the stack while it protects anything.

        Raises LeveeError for a target that this version of levee has nothing live of.
        """
        target = target_of(plan)
        protects = holds_on_destroy and any(topic.protected for topic in plan.topics)
        held = {ON_DESTROY: REFUSE} if protects else {}
        self._kafka = pulumi.ProviderResource("kafka", "kafka", {**kafka_configuration(plan, project), **held})
        # A provider that nothing is declared of couldn't tell an update that removes its last resource from a destroy.
        held = held if plan.credentials or plan.archives else {}
        self.levee = pulumi.ProviderResource("levee", "levee", {**target.provider(plan, project), **held})
        self._secret_store = target.secret_store(plan, project)
        self._topics: dict[str, pulumi.Resource] = {}  # by what Kafka calls them
        self._planned = {each.service: each for each in plan.credentials}
        self._credentials: list[pulumi.Resource] = []
        self._parts = PartResources(parts, self.levee)
        self._of_service: dict[str, list[pulumi.Resource]] = defaultdict(list)  # what precedes its credential

    def topic(self, name: str, planned: PlannedTopic, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register `kafka:index/topic:Topic`."""
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self._kafka))
        made = self._topics[planned.name] = KafkaTopic(name, topic_inputs(planned), options)
        return made

    def part(self, part: Part, opts: pulumi.ResourceOptions | None = None) -> pulumi.Resource:
        """Register one of the plan's parts. What is of a service stood below it in 0.1.0."""
        options = pulumi.ResourceOptions(
            depends_on=[each for need in part.needs for each in self._needed(need, part)],
            aliases=None if part.service is None else below_service(part.type, part.name),
        )
        made = self._parts.register(part, pulumi.ResourceOptions.merge(opts, options))
        if part.service is not None and not part.needs:
            self._of_service[part.service].append(made)
        return made

    def credential(self, name: str, planned: PlannedCredential) -> pulumi.Resource:
        """Register the identity of a service, after its topics and the parts that precede it."""
        identity = identity_of(planned, self._secret_store)
        options = pulumi.ResourceOptions(
            provider=self.levee,
            depends_on=[*self._granted(planned), *self._of_service[planned.service]],
            aliases=below_service(identity.token, name),
        )
        made = KafkaIdentity(name, identity, options)
        self._credentials.append(made)
        return made

    def _needed(self, need: Need, part: Part) -> Iterable[pulumi.Resource]:
        match need:
            case Need.GRANTED_TOPICS:
                return self._granted(self._planned[part.service or ""])
            case Need.CREDENTIALS:
                return self._credentials
            case _:
                assert_never(need)

    def _granted(self, planned: PlannedCredential) -> list[pulumi.Resource]:
        """This stack's topics that the grants name: a right on a topic comes after it and goes before it."""
        patterns = {pattern for grant in planned.grants for pattern in grant.topics}
        return [
            self._topics[name] for name in sorted({name for pattern in patterns for name in self._matched(pattern)})
        ]

    def _matched(self, pattern: NamePattern) -> Iterable[str]:
        if pattern.type is PatternType.LITERAL:
            return (pattern.name,) if pattern.name in self._topics else ()
        first = bisect_left(self._names, pattern.name)
        return takewhile(lambda name: name.startswith(pattern.name), islice(self._names, first, None))

    @cached_property
    def _names(self) -> list[str]:
        """All names in order: no topic is made after the first credential."""
        return sorted(self._topics)


def below_service(type_: str, name: str) -> list[str]:
    """Where a resource of a service stood in 0.1.0."""
    return [earlier_urn(type_, name, below=type_tokens.SERVICE_CREDENTIAL)]
