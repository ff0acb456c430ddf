"""Everything that a stack registers in its AWS account, with every decision taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from levee.catalog.partition import partition_name
from levee.model.name import PatternType
from levee.model.stream import Retirement
from levee.model.target_block import STACK_KEY
from levee.plan import type_tokens
from levee.plan.part import Limit, Need, Part, Ref, Text, Value, text_with
from levee.plan.planned import HopKind, Plan, PlannedArchive, PlannedCarrier, PlannedCredential, PlannedTopic
from levee.targets.aws.alarms import alarms
from levee.targets.aws.block import aws_block
from levee.targets.aws.defaults import DEFAULTS
from levee.targets.aws.form import (
    CARRIED_HOURS,
    LONGEST_BUCKET_POLICY,
    LONGEST_CLUSTER_POLICY,
    LONGEST_KEY_POLICY,
    LONGEST_ROLE_POLICY,
    LONGEST_TRUST_POLICY,
)
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.bucket_policy import bucket_policy
from levee.targets.aws.iam.cluster_policy import cluster_policy
from levee.targets.aws.iam.delivery_policy import delivery_policy
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.service_policy import service_policy
from levee.targets.aws.iam.trust_policy import trust_policy
from levee.targets.aws.names import (
    account_root,
    data_stream_arn,
    delivery_role_arn,
    delivery_role_name,
    role_name,
    secret_arn,
    secret_name,
    subscription_name,
)

Inputs = Mapping[str, Value]

TAG: Final = "levee:"
ACTING: Final = {"ecs-tasks": "ecs"}
"""Services whose ARNs name them otherwise than their principals do."""

DAY_MS: Final = 86_400_000
USED_BY: Final = ("secretsmanager", "s3", "kinesis")
"""Services that the stack's key encrypts by."""

INFREQUENT_DAYS, GLACIER_DAYS = 30, 90
"""After so many days an archive that is kept for longer moves to S3 Standard-IA, then to Glacier."""

KEY_ID, SECRET_TAIL = 36, 6
"""How many characters AWS makes up: of a key's id, and at the end of a secret's ARN."""

OF_SERVICE: Final = (
    Limit("policy", LONGEST_ROLE_POLICY, "grant by prefix (eu.payments.*) instead of by name, or split the service"),
    Limit("trust", LONGEST_TRUST_POLICY, "shorten the name of the service"),
)
OF_DELIVERY: Final = (
    Limit("policy", LONGEST_ROLE_POLICY, "shorten the name of the service, the stream or the stack"),
    Limit("trust", LONGEST_TRUST_POLICY, "shorten `source_arn`, or remove it: the log group's own is taken then"),
)
OF_ARCHIVE: Final = (Limit("policy", LONGEST_BUCKET_POLICY, "shorten the bucket's name"),)
OF_KEY: Final = (Limit("policy", LONGEST_KEY_POLICY, "write a key's ARN instead of `stack-key`"),)
OF_CLUSTER: Final = (Limit("policy", LONGEST_CLUSTER_POLICY, "name fewer accounts, or their `organization`"),)


def parts(plan: Plan) -> tuple[Part, ...]:
    """Each part of the plan after those that it refers to."""
    return tuple(replace(part, defaults=_defaults(part)) for part in _Decisions(plan).all())


def growing(plan: Plan) -> Iterator[Part]:
    """Those whose texts grow with what is declared: all that can be too long."""
    decisions = _Decisions(plan)
    for carrier in plan.carriers:
        yield from decisions.carrier(carrier)
    for credential in plan.credentials:
        if credential.assumed_by is not None:
            yield decisions.role(credential, credential.assumed_by)
    yield from decisions.of_cluster([])


def _defaults(part: Part) -> Inputs:
    defaults = DEFAULTS[part.type]
    if part.type == type_tokens.AWS_ALARM:
        return {**defaults, "datapointsToAlarm": part.inputs["evaluationPeriods"]}  # all of them must breach
    return defaults


class _Decisions:
    """One plan's decisions. One key encrypts whatever names `stack-key`."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        arn = aws_block(plan).cluster_arn
        self._cluster = None if arn is None else ClusterArn.parse(arn)
        self._topics = {topic.stream: topic for topic in plan.topics}
        self._classes = {each.name: each for each in plan.classes}
        self._alias = plan.own_key
        place = self._alias.rpartition(":")[0]
        self._own_key = Ref(type_tokens.AWS_KEY, STACK_KEY, "arn", f"{place}:key/", KEY_ID)
        self._carried: dict[str, list[str]] = defaultdict(list)
        for carrier in plan.carriers:
            self._carried[carrier.source.service].append(carrier.name)

    def all(self) -> Iterator[Part]:
        """Every part, after those that it refers to."""
        plan = self._plan
        if plan.has_own_key:
            yield self._stack_key()
        for archive in plan.archives:
            yield self._archive(archive)
        for carrier in plan.carriers:
            yield from self.carrier(carrier)
        yield from self._alarms()
        secrets: list[Value] = []
        for credential in plan.credentials:
            for username in credential.usernames if plan.secrets.in_aws else ():
                secret = self._secret(credential, username)
                arn = secret_arn(plan, username).removesuffix("?" * SECRET_TAIL)
                secrets.append(Ref(secret.type, secret.name, "arn", arn, SECRET_TAIL))
                yield secret
            if credential.assumed_by is not None:
                yield self.role(credential, credential.assumed_by)
        yield from self.of_cluster(secrets)

    def _stack_key(self) -> Part:
        plan, root = self._plan, account_root(self._plan.boundary)
        account, region = plan.boundary.account, plan.boundary.region
        policy = key_policy(account, region, [root], [root], USED_BY, grants=self._cluster is not None)
        inputs: Inputs = {
            "description": f"Secrets and archives of stack {plan.stack}",
            "alias": self._alias.rsplit(":", 1)[1],
            "policy": policy.compact(),
            "tags": self._tags(STACK_KEY, owner=plan.owner),
            **_approval(plan.retire),
        }
        # What it encrypts can't be read without it. Its provider deletes it in two steps only, and else lets go of it.
        return Part(type=type_tokens.AWS_KEY, name=STACK_KEY, inputs=inputs, limits=OF_KEY, origin=plan.origin)

    def _archive(self, planned: PlannedArchive) -> Part:
        """The bucket, locked as the stream's class demands. Like a regulated topic it is protected."""
        topic, archive = self._topics[planned.stream], planned.archive
        days = -(-archive.retention.milliseconds // DAY_MS)
        is_tiered = days > INFREQUENT_DAYS + GLACIER_DAYS
        policy = bucket_policy(archive.bucket, self._plan.boundary.account, self._key_arn(archive.key)).compact()
        inputs: Inputs = {
            "name": archive.bucket,
            "keyArn": self._key(archive.key),
            "policy": self._with_key(policy, archive.key),
            "lockMode": self._classes[topic.data_class].archive_lock.value.upper(),
            "retentionDays": days,
            "standardIaAfterDays": INFREQUENT_DAYS if is_tiered else 0,
            "glacierAfterDays": GLACIER_DAYS if is_tiered else 0,
            "expireAfterDays": days,
            "tags": self._tags_of_stream(planned.stream, topic),
            **_approval(topic.retire),
            **_acknowledged(topic.acknowledged),
        }
        return Part(
            type=type_tokens.AWS_ARCHIVE_BUCKET,
            name=planned.stream,
            inputs=inputs,
            stream=planned.stream,
            protect=topic.protected,
            realizes=HopKind.ARCHIVE,
            limits=OF_ARCHIVE,
            origin=archive.origin,
        )

    def carrier(self, planned: PlannedCarrier) -> Iterator[Part]:
        """What a log group's events need on their way: a data stream of their own, a role that may write it, and the
        subscription.
        """
        source, topic, key = planned.source, self._topics[planned.stream], self._plan.secrets.key
        name = f"{planned.stream}.{source.service}"
        inputs: Inputs = {
            "name": planned.name,
            "keyArn": self._key(key),
            "retentionHours": CARRIED_HOURS,
            "tags": self._tags_of_stream(name, topic),
            **_approval(topic.retire),
            **_acknowledged(topic.acknowledged),
        }
        stream = Part(
            type=type_tokens.AWS_DATA_STREAM,
            name=name,
            inputs=inputs,
            stream=planned.stream,
            protect=topic.protected,
            origin=source.origin,
        )
        arn = Ref(stream.type, name, "arn", data_stream_arn(self._plan.boundary, planned.name))
        role = delivery_role_arn(self._plan.boundary, planned.name)
        subscription: Inputs = {
            "logGroup": source.log_group,
            "filterName": subscription_name(planned.name),
            "filterPattern": source.log_pattern,
            "destinationArn": arn,
            "roleArn": Ref(type_tokens.AWS_ROLE, f"{name}.delivery", "arn", role),
        }
        yield stream
        yield self._delivery_role(planned, name, arn)
        yield Part(
            type=type_tokens.AWS_LOG_SUBSCRIPTION,
            name=name,
            inputs=subscription,
            stream=planned.stream,
            origin=source.origin,
        )

    def _delivery_role(self, planned: PlannedCarrier, carrier: str, stream: Ref) -> Part:
        source, topic, name = planned.source, self._topics[planned.stream], f"{carrier}.delivery"
        boundary, key = self._plan.boundary, self._plan.secrets.key
        policy = delivery_policy(stream.stand_in, self._key_arn(key)).compact()
        inputs: Inputs = {
            "name": delivery_role_name(planned.name),
            "description": f"Delivers {source.log_group} to stream {planned.stream}, stack {self._plan.stack}",
            "trust": trust_policy("logs.amazonaws.com", boundary.account, planned.caller).compact(),
            "policy": self._with_key(policy, key, stream),
            "tags": self._tags_of_stream(name, topic),
            **_acknowledged(topic.acknowledged),
        }
        return Part(
            type=type_tokens.AWS_ROLE,
            name=name,
            inputs=inputs,
            stream=planned.stream,
            limits=OF_DELIVERY,
            origin=source.origin,
        )

    def _alarms(self) -> Iterator[Part]:
        """The alarms of all monitors, by their own names."""
        groups = _groups_by_stream(self._plan)
        for planned in self._plan.monitors:
            topic = self._topics[planned.stream]
            for inputs in alarms(self._plan, topic, planned, groups[planned.stream]):
                name = str(inputs["name"])
                yield Part(
                    type=type_tokens.AWS_ALARM,
                    name=name,
                    inputs={**inputs, "tags": self._tags_of_stream(name, topic)},
                    stream=planned.stream,
                    realizes=planned.monitor.kind,
                    origin=planned.monitor.origin,
                )

    def _secret(self, planned: PlannedCredential, username: str) -> Part:
        inputs: Inputs = {
            "name": secret_name(self._plan, username),
            "keyArn": self._key(self._plan.secrets.key),
            "description": f"Kafka password of {username}, stack {self._plan.stack}",
            "tags": self._tags(username, owner=planned.owner),
            **_acknowledged(self._plan.acknowledged),
        }
        return Part(
            type=type_tokens.AWS_SECRET, name=username, inputs=inputs, service=planned.service, origin=planned.origin
        )

    def role(self, planned: PlannedCredential, assumed_by: str) -> Part:
        """Whom a service of AWS runs as."""
        plan, boundary = self._plan, self._plan.boundary
        acting = assumed_by.partition(".")[0]
        place = f"{ACTING.get(acting, acting)}:{boundary.region}:{boundary.account}"
        caller = f"arn:{partition_name(boundary.region)}:{place}:*"
        inputs: Inputs = {
            "name": role_name(plan.stack, planned.service),
            "description": f"Service {planned.service} of stack {plan.stack}",
            "trust": trust_policy(assumed_by, boundary.account, caller).compact(),
            "policy": self._service_policy(planned),
            "tags": self._tags(planned.service, owner=planned.owner),
            **_acknowledged(plan.acknowledged),
        }
        return Part(
            type=type_tokens.AWS_ROLE,
            name=planned.service,
            inputs=inputs,
            service=planned.service,
            needs=(Need.GRANTED_TOPICS,),
            limits=OF_SERVICE,
            origin=planned.origin,
        )

    def _service_policy(self, planned: PlannedCredential) -> str | Text:
        plan = self._plan
        secrets = [secret_arn(plan, username) for username in planned.usernames] if plan.secrets.in_aws else []
        carried = [data_stream_arn(plan.boundary, name) for name in self._carried[planned.service]]
        key = plan.secrets.key if secrets or carried else None
        arn = None if key is None else self._key_arn(key)
        return self._with_key(service_policy(planned.grants, self._cluster, secrets, carried, arn).compact(), key)

    def of_cluster(self, secrets: Sequence[Value]) -> Iterator[Part]:
        """What is of an MSK cluster as a whole: its users' secrets, and whom else it lets in."""
        plan, cluster = self._plan, self._cluster
        if cluster is None:
            return
        if secrets:
            # MSK takes a secret's value when it is associated: not before there is one.
            yield Part(
                type=type_tokens.AWS_SCRAM_ASSOCIATION,
                name="users",
                inputs={"clusterArn": str(cluster), "prefix": plan.secrets.prefix, "secretArns": secrets},
                needs=(Need.CREDENTIALS,),
                origin=plan.origin.at("aws", "cluster_arn"),
            )
        policy = plan.cluster.policy
        if policy is not None:
            document = cluster_policy(cluster, policy.accounts, None if policy.accounts else policy.organization)
            yield Part(
                type=type_tokens.AWS_CLUSTER_POLICY,
                name="cluster-policy",
                inputs={
                    "clusterArn": str(cluster),
                    "policy": document.compact(),
                    "allowedAccounts": [*policy.accounts],
                },
                limits=OF_CLUSTER,
                origin=policy.origin,
            )

    def _key(self, declared: str | None) -> Value:
        """The key as an input."""
        return self._own_key if declared == self._alias else declared

    def _key_arn(self, declared: str | None) -> str:
        """The key's ARN as a policy is made with it. What needs a key has one: loading sees to it."""
        assert declared is not None
        return self._own_key.stand_in if declared == self._alias else declared

    def _with_key(self, text: str, declared: str | None, *others: Ref) -> str | Text:
        """A policy's text with references instead of stand-ins."""
        return text_with(text, (*([self._own_key] if declared == self._alias else []), *others))

    def _tags(self, resource: str, **about: str) -> Inputs:
        identity = {"managed-by": "levee", "project": self._plan.project, "stack": self._plan.stack}
        identity["resource"] = resource
        return {f"{TAG}{name}": value for name, value in {**identity, **about}.items()}

    def _tags_of_stream(self, resource: str, topic: PlannedTopic) -> Inputs:
        return self._tags(resource, stream=topic.stream, owner=topic.owner, **{"class": topic.data_class})


def _approval(retire: Retirement | None) -> Inputs:
    """What a retirement approves of: the deletion of what it is about. Without one, the provider lets go of that."""
    if retire is None or retire.let_go:
        return {}
    return {"deletion": {"on": retire.on.isoformat(), "approvedBy": retire.approved_by, "ticket": retire.ticket}}


def _acknowledged(identities: Sequence[str]) -> Inputs:
    """Which things made anew may be taken for those that are recorded."""
    return {"acknowledgedIds": [*identities]} if identities else {}


def _groups_by_stream(plan: Plan) -> Mapping[str, list[str]]:
    """Each stream's consumer groups by name; of a prefix nobody knows which there are."""
    found: dict[str, list[str]] = defaultdict(list)
    for planned in plan.consumers:
        exact = [group.name for group in planned.consumer.groups if group.type is PatternType.LITERAL]
        found[planned.stream] += exact
    return found
