"""What is claimed of the roles by which CloudWatch Logs delivers: each to its own data stream, and that is all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

from levee.catalog.partition import partition_name
from levee.plan.planned import Plan, PlannedCarrier
from levee.targets.aws.iam.document import Document, Effect, Statement
from levee.targets.aws.iam.request import Values, identity
from levee.targets.aws.iam.truth import Truth
from levee.targets.aws.iam.wildcard import arn_like
from levee.targets.aws.names import account_root, data_stream_arn, delivery_role_arn, delivery_role_name
from levee_infra.targets.aws.kinds.data_stream.live import data_stream_policy
from levee_infra.targets.aws.kinds.role.kind import POLICY
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.live import UNKNOWN_POLICY, UNKNOWN_RESOURCE_POLICY
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.by_role import by_role, by_service
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.named import actions_of, allowing, example, resources_of
from levee_infra.targets.aws.proof.policy_case import PolicyCase, tried
from levee_infra.targets.aws.proof.trust import trust_trials
from levee_infra.verify.account import AccountCheck, AccountResult, there
from levee_infra.verify.check import MARK, sample

THERE: Final = there(things.DELIVERY)
ALONE: Final = AccountCheck(things.DELIVERY, "one policy", "holds levee's policy and no other")
DELIVERS: Final = AccountCheck(things.DELIVERY, "delivers", "may put events on its data stream")
NOTHING_ELSE: Final = AccountCheck(things.DELIVERY, "nothing else", "may do nothing else, and nothing elsewhere")
TRUST: Final = AccountCheck(
    things.DELIVERY, "taken on", "is taken on by CloudWatch Logs alone, and for its log group of this account alone"
)

LOGS: Final = "logs.amazonaws.com"
PUT: Final = ("kinesis:PutRecord", "kinesis:PutRecords")
ENCRYPT: Final = "kms:GenerateDataKey"
NEVER_ON_STREAM: Final = tuple(
    f"kinesis:{action}"
    for action in ("DeleteStream", "GetRecords", "GetShardIterator", "PutResourcePolicy", "StopStreamEncryption")
)
NEVER_ON_KEY: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
NEVER_ON_ITSELF: Final = ("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")


class _Asked(NamedTuple):
    """An action on a resource, and the conditions' keys whose values in the request are unknown. Where `is_named` is
    false the policies allow something that levee can't name.
    """

    action: str
    resource: str
    unknown_keys: tuple[str, ...] = ()
    is_named: bool = True


def delivery_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the delivery role of every carrier."""
    prover = _Deliveries(plan, live)
    for carrier in plan.carriers:
        name = delivery_role_name(carrier.name)
        role = yield from present(THERE, name, live.roles, "there is no such role")
        if role is not None:
            yield from prover.outcomes(carrier, name, role)


class _Deliveries:
    """What all delivery roles are tried on."""

    def __init__(self, plan: Plan, live: LiveAccount) -> None:
        self._plan, self._partition = plan, partition_name(plan.boundary.region)
        self._key = live.key(plan.secrets.key)
        self._by_kinesis = by_service(plan, "kinesis")
        self._policies = {
            data_stream_arn(plan.boundary, name): data_stream_policy(found) for name, found in live.data_streams.items()
        }
        if self._key is not None:
            self._policies[self._key.arn] = self._key.policy

    def outcomes(self, carrier: PlannedCarrier, name: str, role: LiveRole) -> Iterator[AccountResult]:
        """Everything about one role."""
        stream = data_stream_arn(self._plan.boundary, carrier.name)
        yield THERE.judged(name, holds=role.arn == delivery_role_arn(self._plan.boundary, carrier.name), found=role.arn)
        others = sorted({*role.inline.keys() - {POLICY}, *role.attached})
        yield ALONE.judged(name, holds=not others, found=", ".join(others) or "no other")
        if self._key is None:
            yield DELIVERS.unknown(name, f"there is no telling of key {self._plan.secrets.key}")
        else:
            wanted = [*(_Asked(action, stream) for action in PUT), _Asked(ENCRYPT, self._key.arn)]
            yield tried(DELIVERS, name, (self._trial(role, each, allowed=True) for each in wanted))
        refused = (*self._never(stream, role), *self._named(stream, role))
        yield tried(NOTHING_ELSE, name, (self._trial(role, each, allowed=False) for each in refused))
        yield tried(TRUST, name, self._trust(carrier, role))

    def _never(self, stream: str, role: LiveRole) -> Iterator[_Asked]:
        """On its own stream and key anything but delivering, on others everything."""
        boundary, names = self._plan.boundary, (carrier.name for carrier in sample(self._plan.carriers))
        place = f"{boundary.region}:{boundary.account}"
        on: dict[str, Sequence[str]] = {
            **{data_stream_arn(boundary, name): PUT for name in (MARK, *names)},
            stream: NEVER_ON_STREAM,
            f"arn:{self._partition}:kms:{place}:key/{MARK}": (ENCRYPT, "kms:Decrypt"),
            f"arn:{self._partition}:secretsmanager:{place}:secret:{MARK}-000000": ("secretsmanager:GetSecretValue",),
            f"arn:{self._partition}:s3:::{MARK}/{MARK}": ("s3:PutObject",),
            role.arn: NEVER_ON_ITSELF,
        }
        if self._key is not None:
            on[self._key.arn] = NEVER_ON_KEY
        return (_Asked(action, resource) for resource, actions in on.items() for action in actions)

    def _named(self, stream: str, role: LiveRole) -> Iterator[_Asked]:
        """An example of everything else that the role's policies allow. What their conditions test is not known of
        it.
        """
        wanted = {(action.lower(), stream) for action in PUT}
        if self._key is not None:
            wanted.add((ENCRYPT.lower(), self._key.arn))
        for statement in allowing(role):
            unknown_keys = tuple(test.key for test in statement.conditions)
            for action, resource in product(actions_of(statement), resources_of(statement)):
                if action is None or resource is None:
                    yield _Asked(action or MARK, resource or MARK, is_named=False)
                elif (action.lower(), resource) not in wanted:
                    yield _Asked(action, resource, unknown_keys)

    def _trial(self, role: LiveRole, asked: _Asked, *, allowed: bool) -> PolicyCase:
        context: dict[str, Values | None] = {**self._by_kinesis, **dict.fromkeys(asked.unknown_keys)}
        policy = self._policies.get(asked.resource) or self._unlisted(asked.action.lower())
        tried_on = role if asked.is_named else replace(role, inline={POLICY: UNKNOWN_POLICY})
        return by_role(self._plan, tried_on, asked.action, asked.resource, policy, context, allowed=allowed)

    def _unlisted(self, action: str) -> Document | None:
        """The own policy of something that isn't the stack's, where nothing is allowed without one."""
        if action.startswith("kms:") and self._key is not None:
            return self._of_another_key()
        return UNKNOWN_RESOURCE_POLICY if action.startswith(("kms:", "sts:assumerole")) else None

    def _of_another_key(self) -> Document:
        """What most keys of an account have: they leave it to the account's own levee_policies."""
        root = identity(account_root(self._plan.boundary))
        return Document((Statement(effect=Effect.ALLOW, principals=(root,), actions=("kms:*",), resources=("*",)),))

    def _trust(self, carrier: PlannedCarrier, role: LiveRole) -> Iterator[PolicyCase]:
        """For its own log group, and for no other, not even for one whose name begins alike."""
        boundary, source = self._plan.boundary, carrier.source
        place = f"arn:{self._partition}:logs:{boundary.region}:{boundary.account}:"
        own = carrier.caller
        groups = (f"log-group:{group}:log-stream:{MARK}" for group in (MARK, f"{source.log_group}-{MARK}"))
        others = [group for group in groups if arn_like(own, place + group) is not Truth.TRUE]
        yield from trust_trials(self._plan, LOGS, role, example(own.split(":", 5)[-1]), others)
