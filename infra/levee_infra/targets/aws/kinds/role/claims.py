"""What is claimed of services' roles: each reads its own secrets, and that is all."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from levee.catalog.partition import partition_name
from levee.plan.planned import Plan, PlannedCredential
from levee.targets.aws.block import aws_block
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.document import Document, Effect, PrincipalKind
from levee.targets.aws.iam.request import Values
from levee.targets.aws.names import data_stream_arn, role_arn, role_name, secret_name
from levee_infra.targets.aws.kinds.archive_bucket.live import LiveBucket
from levee_infra.targets.aws.kinds.data_stream.live import data_stream_policy
from levee_infra.targets.aws.kinds.key.live import LiveKey
from levee_infra.targets.aws.kinds.role.kind import POLICY
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.kinds.role.topics import topic_requests
from levee_infra.targets.aws.kinds.secret.live import LiveSecret
from levee_infra.targets.aws.live import UNKNOWN_POLICY, UNKNOWN_RESOURCE_POLICY, Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.by_role import by_role, by_service
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.named import allowing, is_about, resources_of
from levee_infra.targets.aws.proof.policy_case import PolicyCase, tried
from levee_infra.targets.aws.proof.trust import trust_trials
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.account import AccountCheck, AccountResult, there
from levee_infra.verify.check import MARK, sample

THERE: Final = there(things.ROLE)
ALONE: Final = AccountCheck(things.ROLE, "one policy", "holds levee's policy and no other")
OWN: Final = AccountCheck(things.ROLE, "reads own", "may read its own secrets")
OTHERS: Final = AccountCheck(things.ROLE, "reads no other", "may read no other secret")
DRAINS: Final = AccountCheck(things.ROLE, "drains", "may read the data streams that it drains, and no other")
NOTHING_ELSE: Final = AccountCheck(
    things.ROLE, "changes nothing", "may write, delete and administer no secret, key, archive, data stream or role"
)
TOPICS: Final = AccountCheck(things.ROLE, "topics", "may do on the MSK cluster what its grants say, and nothing else")
TRUST: Final = AccountCheck(things.ROLE, "taken on", "is taken on by its service alone, and for this account alone")

READ: Final = "secretsmanager:GetSecretValue"
ON_SECRETS: Final = ("DeleteSecret", "PutResourcePolicy", "PutSecretValue", "UpdateSecret")
ON_KEYS: Final = ("CreateGrant", "Decrypt", "DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion")
ON_ARCHIVES: Final = ("DeleteObjectVersion", "GetObject", "PutObject", "PutObjectRetention")
ON_BUCKETS: Final = ("DeleteBucket", "PutBucketPolicy", "PutLifecycleConfiguration")
DRAIN: Final = tuple(
    f"kinesis:{action}" for action in ("DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
)
"""What the consumer of a data stream needs; the proof's own table.
Source: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html."""

READ_DATA_STREAMS: Final = (*DRAIN, "kinesis:SubscribeToShard")
CHANGE_DATA_STREAMS: Final = tuple(
    f"kinesis:{action}"
    for action in ("DeleteStream", "PutRecord", "PutRecords", "PutResourcePolicy", "StopStreamEncryption")
)
ON_ITSELF: Final = ("AttachRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy")
NEVER: Final = (
    *CHANGE_DATA_STREAMS,
    *(f"secretsmanager:{action}" for action in ON_SECRETS),
    *(f"iam:{action}" for action in ON_ITSELF),
)
"""What is tried on whatever the role's policies name, too."""

VIA: Final = "kms:viaservice"
AFTER_ALL: Final = "\U0010ffff"


def role_outcomes(plan: Plan, live: LiveAccount, services: Collection[str] = ()) -> Iterator[AccountResult]:
    """Everything about the roles of `services`, or of all where that is empty."""
    prover = _Roles(plan, live)
    for turn, credential in enumerate(each for each in plan.credentials if each.assumed_by is not None):
        if services and credential.service not in services:
            continue
        name = role_name(plan.stack, credential.service)
        role = yield from present(THERE, name, live.roles, "there is no such role")
        if role is not None:
            yield from prover.outcomes(credential, name, role, turn)


class _Roles:
    """What all roles of an account are tried on."""

    def __init__(self, plan: Plan, live: LiveAccount) -> None:
        self._plan, self._live = plan, live
        self._boundary = plan.boundary
        self._names = PlannedNames.of(plan)
        self._secrets = {} if isinstance(live.secrets, Unread) else live.secrets
        self._by_arn = {secret.arn: (name, secret) for name, secret in self._secrets.items()}
        self._arns = sorted(self._by_arn)
        self._granting = [secret.arn for secret in self._secrets.values() if _grants_identities(secret)]
        self._keys = [key for key in live.keys.values() if isinstance(key, LiveKey)]
        archives = ((each.archive.bucket, live.buckets.get(each.archive.bucket)) for each in sample(plan.archives))
        self._bucket_policies = {name: found.policy for name, found in archives if isinstance(found, LiveBucket)}
        self._kept = plan.secrets.in_aws
        self._stream_policies = {
            data_stream_arn(plan.boundary, name): data_stream_policy(found) for name, found in live.data_streams.items()
        }
        self._sampled = [
            data_stream_arn(plan.boundary, name) for name in (MARK, *(each.name for each in sample(plan.carriers)))
        ]
        self._drained: defaultdict[str, list[str]] = defaultdict(list)
        for carrier in plan.carriers:
            self._drained[carrier.source.service].append(data_stream_arn(plan.boundary, carrier.name))

    def outcomes(self, credential: PlannedCredential, name: str, role: LiveRole, turn: int) -> Iterator[AccountResult]:
        """Everything about one role. `turn` picks other foreign names for other services."""
        expected = role_arn(self._plan, credential)
        yield THERE.judged(name, holds=role.arn == expected, found=role.arn)
        others = sorted({*role.inline.keys() - {POLICY}, *role.attached})
        yield ALONE.judged(name, holds=not others, found=", ".join(others) or "no other")
        if self._kept:
            yield from self._secret_outcomes(credential, name, role)
        if self._plan.carriers:
            yield self._drains(credential, name, role)
        yield tried(NOTHING_ELSE, name, self._administration(credential, role))
        if (arn := aws_block(self._plan).cluster_arn) is not None:
            access = Access.of(credential, self._names)
            cluster = ClusterArn.parse(arn)
            topics = topic_requests(cluster, access, self._names, turn)
            cases = (self._trial(role, each.action, each.resource, None, allowed=each.allowed) for each in topics)
            yield tried(TOPICS, name, cases)
        yield tried(TRUST, name, trust_trials(self._plan, str(credential.assumed_by), role))

    def _secret_outcomes(self, credential: PlannedCredential, name: str, role: LiveRole) -> Iterator[AccountResult]:
        if isinstance(self._live.secrets, Unread):
            for check in (OWN, OTHERS):
                yield check.unknown(name, self._live.secrets.reason)
            return
        own = {secret_name(self._plan, username) for username in credential.usernames}
        missing = sorted(own - self._secrets.keys())
        key = self._live.key(self._plan.secrets.key)
        if missing or key is None:
            lacking = f"no secret {', '.join(missing)}" if missing else f"no telling of key {self._plan.secrets.key}"
            yield OWN.unknown(name, f"there is {lacking}")
        else:
            yield tried(OWN, name, self._own(role, sorted(own), key))
        yield tried(OTHERS, name, self._foreign(role, own))

    def _own(self, role: LiveRole, names: Sequence[str], key: LiveKey) -> Iterator[PolicyCase]:
        for name in names:
            secret = self._secrets[name]
            yield self._trial(role, READ, secret.arn, _policy(secret), allowed=True)
        yield self._decrypts(role, key, "secretsmanager")

    def _decrypts(self, role: LiveRole, key: LiveKey, service: str) -> PolicyCase:
        via = by_service(self._plan, service)
        return self._trial(role, "kms:Decrypt", key.arn, key.policy, via, allowed=True)

    def _drains(self, credential: PlannedCredential, name: str, role: LiveRole) -> AccountResult:
        streams = self._drained.get(credential.service, ())
        own, key = frozenset(streams), self._live.key(self._plan.secrets.key)
        if own and key is None:
            return DRAINS.unknown(name, f"there is no telling of key {self._plan.secrets.key}")
        cases = [self._decrypts(role, key, "kinesis")] if own and key is not None else []
        for stream in sample(streams):
            cases += self._on_data_stream(role, DRAIN, stream, allowed=True)
        for stream in (each for each in self._sampled if each not in own):
            cases += self._on_data_stream(role, READ_DATA_STREAMS, stream, allowed=False)
        return tried(DRAINS, name, (*cases, *self._named(role, READ_DATA_STREAMS, own)))

    def _on_data_stream(
        self, role: LiveRole, actions: Sequence[str], arn: str, *, allowed: bool
    ) -> Iterator[PolicyCase]:
        policy = self._stream_policies.get(arn)
        return (self._trial(role, action, arn, policy, allowed=allowed) for action in actions)

    def _named(self, role: LiveRole, actions: Sequence[str], own: Collection[str] = ()) -> Iterator[PolicyCase]:
        """Each of the actions on an example of whatever a statement allows it on, known to the plan or not, save on
        `own`.
        """
        opaque = replace(role, inline={POLICY: UNKNOWN_POLICY})
        for statement in allowing(role):
            about = [action for action in actions if is_about(statement, action)]
            for action, found in product(about, resources_of(statement) if about else ()):
                arn = found or MARK
                if arn not in own:
                    policy = self._stream_policies.get(arn)
                    yield self._trial(role if found else opaque, action, arn, policy, allowed=False)

    def _foreign(self, role: LiveRole, own: Collection[str]) -> Iterator[PolicyCase]:
        """All secrets that the role's policies, or their own, could be about; of all others some."""
        place = f"{self._boundary.region}:{self._boundary.account}"
        made_up = f"arn:{partition_name(self._boundary.region)}:secretsmanager:{place}:secret:{MARK}-000000"
        yield self._trial(role, READ, made_up, None, allowed=False)
        for arn in dict.fromkeys([*self._reachable(role), *self._granting, *sample(self._arns)]):
            name, secret = self._by_arn[arn]
            if name not in own:
                yield self._trial(role, READ, arn, _policy(secret), allowed=False)

    def _reachable(self, role: LiveRole) -> Iterator[str]:
        """Secrets whose ARNs begin as a resource of an allowing statement does: no list is gone through for each role
        that names its own.
        """
        for statement in allowing(role):
            for pattern in statement.resources or ("*",):
                begin = pattern.partition("*")[0].partition("?")[0].partition("${")[0]
                first, last = bisect_left(self._arns, begin), bisect_left(self._arns, begin + AFTER_ALL)
                yield from self._arns[first:last]

    def _administration(self, credential: PlannedCredential, role: LiveRole) -> Iterator[PolicyCase]:
        for username in credential.usernames:
            secret = self._secrets.get(secret_name(self._plan, username))
            if secret is not None:
                yield from self._refused(role, "secretsmanager", ON_SECRETS, secret.arn, _policy(secret))
        for key in sample(self._keys):
            yield from self._refused(role, "kms", ON_KEYS, key.arn, key.policy)
        for archive in sample(self._plan.archives):
            bucket = f"arn:{partition_name(self._boundary.region)}:s3:::{archive.archive.bucket}"
            policy = self._bucket_policies.get(archive.archive.bucket)
            yield from self._refused(role, "s3", ON_BUCKETS, bucket, policy)
            yield from self._refused(role, "s3", ON_ARCHIVES, f"{bucket}/{MARK}", policy)
        for stream in dict.fromkeys([*self._sampled, *sample(self._drained.get(credential.service, ()))]):
            yield from self._on_data_stream(role, CHANGE_DATA_STREAMS, stream, allowed=False)
        yield from self._refused(role, "iam", ON_ITSELF, role.arn, None)
        yield from self._named(role, NEVER)

    def _refused(
        self, role: LiveRole, of: str, actions: Sequence[str], resource: str, policy: Document | None
    ) -> Iterator[PolicyCase]:
        return (self._trial(role, f"{of}:{action}", resource, policy, allowed=False) for action in actions)

    def _trial(
        self,
        role: LiveRole,
        action: str,
        resource: str,
        policy: Document | None,
        context: Mapping[str, Values | None] | None = None,
        *,
        allowed: bool,
    ) -> PolicyCase:
        """`context` is by default, for what must be refused, that nobody knows what the role's conditions test."""
        if context is None and not allowed:
            context = _unknown_policy(role, action)
        return by_role(self._plan, role, action, resource, policy, context, allowed=allowed)


def _unknown_policy(role: LiveRole, action: str) -> dict[str, Values | None]:
    """The keys on which it depends whether the role's policies allow the action. No service asks for the role, which
    is known.
    """
    statements = (each for each in allowing(role) if is_about(each, action))
    keys = (test.key for statement in statements for test in statement.conditions)
    return {key: None for key in keys if key.lower() != VIA}


def _policy(secret: LiveSecret) -> Document | None:
    return UNKNOWN_RESOURCE_POLICY if isinstance(secret.policy, Unread) else secret.policy


def _grants_identities(secret: LiveSecret) -> bool:
    """Whether its own policy may let somebody read it who isn't a service of AWS's."""
    policy = _policy(secret)
    return policy is not None and any(
        each.kind is PrincipalKind.AWS
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
        for each in statement.principals
    )
