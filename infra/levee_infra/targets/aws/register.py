"""Streams in an AWS account: topics as on any Kafka, passwords in Secrets Manager under a key of the stack's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi

from levee.catalog.partition import partition_name
from levee.iam.arn import ClusterArn
from levee.iam.bucket_policy import bucket_policy
from levee.iam.cluster_policy import cluster_policy
from levee.iam.delivery_policy import delivery_policy
from levee.iam.key_policy import key_policy
from levee.iam.service_policy import service_policy
from levee.iam.trust_policy import trust_policy
from levee.model.name import PatternType
from levee.model.stream import Retirement
from levee.plan.aws_names import (
    account_root,
    data_stream_arn,
    delivery_role_name,
    role_name,
    secret_arn,
    secret_name,
    subscription_name,
)
from levee.plan.build import has_stack_key, stack_key_arn
from levee.plan.carriers import CARRIED_HOURS
from levee.plan.planned import Plan, PlannedArchive, PlannedCarrier, PlannedCredential, PlannedMonitor, PlannedTopic
from levee_infra import type_tokens
from levee_infra.kafka.register import KafkaRegistration, below_service
from levee_infra.run_errors import as_run_errors
from levee_infra.targets.aws.account import provider_connection
from levee_infra.targets.aws.alarm_inputs import alarms

TAG: Final = "levee:"
ACTING: Final = {"ecs-tasks": "ecs"}
"""Services whose ARNs name them otherwise than their principals do."""

DAY_MS: Final = 86_400_000
USED_BY: Final = ("secretsmanager", "s3", "kinesis")
"""Services that the stack's key encrypts by."""

INFREQUENT_DAYS, GLACIER_DAYS = 30, 90
"""After so many days an archive that is kept for longer moves to S3 Standard-IA, then to Glacier."""


class AwsResource(pulumi.CustomResource):
    """One `levee:aws:*` resource (infra/providers/levee/aws)."""

    arn: pulumi.Output[str]

    def __init__(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(token, name, {**inputs, "arn": None}, opts)


class AwsRegistration(KafkaRegistration):
    """Registers what a stack on aws adds to its Kafka cluster. One key encrypts whatever names `stack-key`."""

    topics_only = False

    def __init__(self, plan: Plan, project: Path, store: Mapping[str, Any], *, holds_on_destroy: bool = False) -> None:
        super().__init__(plan, project, store, holds_on_destroy=holds_on_destroy)
        self._plan = plan
        self._topics = {topic.stream: topic for topic in plan.topics}
        self._classes = {each.name: each for each in plan.classes}
        self._groups = _groups_by_stream(plan)
        self._carried: dict[str, list[str]] = defaultdict(list)
        for carrier in plan.carriers:
            self._carried[carrier.source.service].append(carrier.name)
        boundary = plan.boundary
        self._stack_key = stack_key_arn(plan.stack, boundary.account, boundary.region)
        self._keys: dict[str, pulumi.Input[str]] = {}
        if has_stack_key(plan):
            self._keys[self._stack_key] = self._make_key().arn
        self._secrets: list[AwsResource] = []
        self._credentials: list[pulumi.Resource] = []

    def _sections(self, plan: Plan, project: Path, connection: Mapping[str, Any]) -> Mapping[str, Any]:
        sections = {"aws": provider_connection(plan, project)}
        if plan.msk_cluster is not None:
            sections["kafka"] = {**connection, "users": "external"}  # MSK makes them, of the secrets
        return sections

    def credential(
        self, name: str, planned: PlannedCredential, needs: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        """Register the secrets of all valid generations, the credential that fills them, and the service's role."""
        usernames = planned.usernames if self._plan.secrets.in_aws else ()
        secrets = [self._secret(planned, username) for username in usernames]
        self._secrets += secrets
        credential = super().credential(name, planned, [*secrets, *needs])
        self._credentials.append(credential)
        if planned.assumed_by is not None:
            self._role(name, planned, planned.assumed_by)
        return credential

    def archive(self, name: str, planned: PlannedArchive, opts: pulumi.ResourceOptions) -> None:
        """Register the bucket of an archive, locked as its class demands. Like a regulated topic it is protected."""
        topic, archive = self._topics[planned.stream], planned.archive
        key = self._key(archive.key)
        days = -(-archive.retention.milliseconds // DAY_MS)
        account = self._plan.boundary.account
        inputs = {
            "name": archive.bucket,
            "keyArn": key,
            "policy": _text_of(lambda arn: _bucket_policy(archive.bucket, account, arn), key),
            "lockMode": self._classes[topic.data_class].archive_lock.value.upper(),
            "retentionDays": days,
            "standardIaAfterDays": INFREQUENT_DAYS if days > INFREQUENT_DAYS + GLACIER_DAYS else 0,
            "glacierAfterDays": GLACIER_DAYS if days > INFREQUENT_DAYS + GLACIER_DAYS else 0,
            "expireAfterDays": days,
            "tags": self._tags_of_stream(name, topic),
            **_approval(topic.retire),
            **_acknowledged(topic.acknowledged),
        }
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=topic.protected))
        self._register(type_tokens.AWS_ARCHIVE_BUCKET, name, inputs, options)

    def monitor(self, name: str, planned: PlannedMonitor, opts: pulumi.ResourceOptions) -> None:  # noqa: ARG002
        """Register the alarms of a monitor, by their own names."""
        topic = self._topics[planned.stream]
        for inputs in alarms(self._plan, topic, planned, self._groups[planned.stream]):
            alarm = str(inputs["name"])
            self._register(type_tokens.AWS_ALARM, alarm, {**inputs, "tags": self._tags_of_stream(alarm, topic)}, opts)

    def carrier(self, name: str, planned: PlannedCarrier, opts: pulumi.ResourceOptions) -> None:
        """Register what a log group's events need on their way: a data stream of their own, a role that may write it,
        the subscription, and the topic where whoever drains the data stream keeps how far it has come.
        """
        source, topic, boundary = planned.source, self._topics[planned.stream], self._plan.boundary
        key = self._key(self._plan.secrets.key)
        self.topic(f"{name}.checkpoints", planned.checkpoints, opts)
        stream = self._register(
            type_tokens.AWS_DATA_STREAM,
            name,
            {
                "name": planned.name,
                "keyArn": key,
                "retentionHours": CARRIED_HOURS,
                "tags": self._tags_of_stream(name, topic),
                **_approval(topic.retire),
                **_acknowledged(topic.acknowledged),
            },
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=topic.protected)),
        )
        role = self._register(
            type_tokens.AWS_ROLE,
            f"{name}.delivery",
            {
                "name": delivery_role_name(planned.name),
                "description": f"Delivers {source.log_group} to stream {planned.stream}, stack {self._plan.stack}",
                "trust": trust_policy("logs.amazonaws.com", boundary.account, planned.caller).compact(),
                "policy": _text_of(lambda *arns: delivery_policy(*arns).compact(), stream.arn, key),
                "tags": self._tags_of_stream(f"{name}.delivery", topic),
                **_acknowledged(topic.acknowledged),
            },
            opts,
        )
        inputs = {
            "logGroup": source.log_group,
            "filterName": subscription_name(planned.name),
            "filterPattern": source.log_pattern,
            "destinationArn": stream.arn,
            "roleArn": role.arn,
        }
        self._register(type_tokens.AWS_LOG_SUBSCRIPTION, name, inputs, opts)

    def finish(self) -> None:
        """Register what is of the cluster as a whole: its users' secrets, and whom else it lets in."""
        arn = self._plan.msk_cluster
        if arn is None:
            return
        if self._secrets:
            inputs = {
                "clusterArn": arn,
                "prefix": self._plan.secrets.prefix,
                "secretArns": [secret.arn for secret in self._secrets],
            }
            # MSK takes a secret's value when it is associated: not before there is one.
            filled = pulumi.ResourceOptions(depends_on=self._credentials)
            self._register(type_tokens.AWS_SCRAM_ASSOCIATION, "users", inputs, filled)
        policy = self._plan.cluster.policy
        if policy is not None:
            cluster = ClusterArn.parse(arn)
            document = cluster_policy(cluster, policy.accounts, None if policy.accounts else policy.organization)
            policy_inputs: dict[str, Any] = {
                "clusterArn": arn,
                "policy": document.compact(),
                "allowedAccounts": [*policy.accounts],
            }
            self._register(type_tokens.AWS_CLUSTER_POLICY, "cluster-policy", policy_inputs, pulumi.ResourceOptions())

    def _secret(self, planned: PlannedCredential, username: str) -> AwsResource:
        inputs = {
            "name": secret_name(self._plan, username),
            "keyArn": self._key(self._plan.secrets.key),
            "description": f"Kafka password of {username}, stack {self._plan.stack}",
            "tags": self._tags(username, owner=planned.owner),
            **_acknowledged(self._plan.acknowledged),
        }
        options = pulumi.ResourceOptions(aliases=below_service(type_tokens.AWS_SECRET, username))
        return self._register(type_tokens.AWS_SECRET, username, inputs, options)

    def _role(self, name: str, planned: PlannedCredential, service: str) -> None:
        plan, boundary = self._plan, self._plan.boundary
        acting = ACTING.get(service.partition(".")[0], service.partition(".")[0])
        caller = f"arn:{partition_name(boundary.region)}:{acting}:{boundary.region}:{boundary.account}:*"
        inputs = {
            "name": role_name(plan.stack, planned.service),
            "description": f"Service {planned.service} of stack {plan.stack}",
            "trust": trust_policy(service, boundary.account, caller).compact(),
            "policy": self._service_policy(planned),
            "tags": self._tags(name, owner=planned.owner),
            **_acknowledged(plan.acknowledged),
        }
        options = pulumi.ResourceOptions(
            depends_on=self._granted(planned), aliases=below_service(type_tokens.AWS_ROLE, name)
        )
        self._register(type_tokens.AWS_ROLE, name, inputs, options)

    def _service_policy(self, planned: PlannedCredential) -> pulumi.Input[str]:
        plan = self._plan
        cluster = None if plan.msk_cluster is None else ClusterArn.parse(plan.msk_cluster)
        secrets = [secret_arn(plan, username) for username in planned.usernames] if plan.secrets.in_aws else []
        carried = [data_stream_arn(plan.boundary, name) for name in self._carried[planned.service]]
        key = self._key(plan.secrets.key) if secrets or carried else None
        return _text_of(lambda arn: service_policy(planned.grants, cluster, secrets, carried, arn).compact(), key)

    def _make_key(self) -> AwsResource:
        plan, root = self._plan, account_root(self._plan.boundary)
        boundary, is_msk = plan.boundary, plan.msk_cluster is not None
        policy = key_policy(boundary.account, boundary.region, [root], [root], USED_BY, grants=is_msk)
        inputs = {
            "description": f"Secrets and archives of stack {plan.stack}",
            "alias": self._stack_key.rsplit(":", 1)[1],
            "policy": policy.compact(),
            "tags": self._tags("stack-key", owner=plan.owner),
            **_approval(plan.retire),
        }
        # What it encrypts can't be read without it. Its provider deletes it in two steps only, and else lets go of it.
        return self._register(type_tokens.AWS_KEY, "stack-key", inputs, pulumi.ResourceOptions())

    def _key(self, declared: str | None) -> pulumi.Input[str] | None:
        return None if declared is None else self._keys.get(declared, declared)

    def _tags(self, resource: str, **about: str) -> dict[str, str]:
        identity = {"managed-by": "levee", "project": self._plan.project, "stack": self._plan.stack}
        identity["resource"] = resource
        return {f"{TAG}{name}": value for name, value in {**identity, **about}.items()}

    def _tags_of_stream(self, resource: str, topic: PlannedTopic) -> dict[str, str]:
        return self._tags(resource, stream=topic.stream, owner=topic.owner, **{"class": topic.data_class})

    def _register(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> AwsResource:
        return AwsResource(
            token, name, inputs, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self.levee))
        )


def _approval(retire: Retirement | None) -> dict[str, Any]:
    """What a retirement approves of: the deletion of what it is about. Without one, the provider lets go of that."""
    if retire is None or retire.let_go:
        return {}
    return {"deletion": {"on": retire.on.isoformat(), "approvedBy": retire.approved_by, "ticket": retire.ticket}}


def _acknowledged(identities: Sequence[str]) -> dict[str, Any]:
    """Which things made anew may be taken for those that are recorded."""
    return {"acknowledgedIds": [*identities]} if identities else {}


def _bucket_policy(bucket: str, account: str, key: str | None) -> str:
    if key is None:
        raise pulumi.RunError(f"archive {bucket}: write `encrypted_by: stack-key`, or a key's ARN")
    return bucket_policy(bucket, account, key).compact()


def _text_of(make: Callable[..., str], *inputs: pulumi.Input[Any]) -> pulumi.Output[str]:
    """What is made of inputs once they are known; what goes wrong then is told as the program's other errors."""

    @as_run_errors()
    def made(values: list[Any]) -> str:
        return make(*values)

    return pulumi.Output.all(*inputs).apply(made)


def _groups_by_stream(plan: Plan) -> Mapping[str, list[str]]:
    """Each stream's consumer groups by name; of a prefix nobody knows which there are."""
    found: dict[str, list[str]] = defaultdict(list)
    for planned in plan.consumers:
        exact = [group.name for group in planned.consumer.groups if group.type is PatternType.LITERAL]
        found[planned.stream] += exact
    return found
