"""What is claimed of the secrets that keep a stack's passwords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.plan.planned import Plan
from levee.targets.aws.names import secret_name
from levee_infra.targets.aws.kinds.secret.live import LiveSecret
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.encryption import encrypted_by
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.policy_case import tried
from levee_infra.targets.aws.proof.unexpected_access import outsiders
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.SECRET)
ENCRYPTED: Final = AccountCheck(things.SECRET, "encrypted", "is encrypted by the declared key")
OUTSIDERS: Final = AccountCheck(things.SECRET, "no outsiders", "is read by nobody of another account")
ACTIONS: Final = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")


def secret_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the secrets of all valid users."""
    if not plan.secrets.in_aws:
        return
    for credential in plan.credentials:
        for username in credential.usernames:
            name = secret_name(plan, username)
            secret = yield from present(THERE, name, live.secrets, "there is no such secret")
            if secret is not None:
                yield from _outcomes(plan, live, name, secret)


def _outcomes(plan: Plan, live: LiveAccount, name: str, secret: LiveSecret) -> Iterator[AccountResult]:
    yield THERE.holds(name, secret.arn)
    yield _encrypted(plan, live, name, secret)
    if isinstance(secret.policy, Unread):
        yield OUTSIDERS.unknown(name, secret.policy.reason)
    else:
        yield tried(OUTSIDERS, name, outsiders(plan, secret.policy, ACTIONS, secret.arn))


def _encrypted(plan: Plan, live: LiveAccount, name: str, secret: LiveSecret) -> AccountResult:
    if secret.key is None:
        return ENCRYPTED.fails(name, "it is encrypted by the account's default key, which MSK can't use")
    return encrypted_by(ENCRYPTED, name, live, plan.secrets.key, secret.key)
