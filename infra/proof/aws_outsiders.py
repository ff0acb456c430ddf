"""Whether a resource's own policy lets in somebody of another account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infra.proof.aws_trial import Trial, request
from infra.proof.claim import MARK
from levee.iam.document import EVERYONE, Document, Effect, Principal, PrincipalKind
from levee.iam.evaluate import FULL_ACCESS, Policies
from levee.iam.request import Values, identity
from levee.plan.aws_names import partition_name
from levee.plan.planned import Plan

STRANGER = "000000000000"
"""The account of a stranger who is made up. AWS gives no account this number."""

_OF_PRINCIPALS = "aws:principal"
_TOLD = frozenset({"aws:securetransport", "aws:requestedregion", "aws:resourceaccount"})
_ARN_PARTS = 6
_MSK = "kafka.amazonaws.com"  # its statement in a secret's policy is MSK's own, and names no account


def outsiders(plan: Plan, document: Document | None, actions: Sequence[str], resource: str) -> Iterator[Trial]:
    """Requests of those whom the policy names and of strangers; none may go through.

    An identity of elsewhere may do everything as far as its own account is concerned. Accounts that the stack trusts
    are no outsiders. Keys of conditions that nobody knows of a request make it unknown.
    """
    for principal in _principals(plan, document):
        for action in actions:
            asked = request(plan, principal, action, resource, _context(document, principal))
            yield Trial(asked, Policies(identity=(FULL_ACCESS,), resource=document), allowed=False)


def is_outside(plan: Plan, account: str) -> bool:
    """Whether an account is neither the stack's nor one that it trusts."""
    return account not in {plan.boundary.account, *plan.trusted_accounts}


def _principals(plan: Plan, document: Document | None) -> list[Principal]:
    partition = partition_name(plan.boundary)
    stranger = identity(f"arn:{partition}:iam::{STRANGER}:role/{MARK}")
    found = {stranger, EVERYONE}
    for statement in document.statements if document else ():
        if statement.effect is Effect.ALLOW:
            found |= {somebody(each, partition) for each in statement.principals if each.name != _MSK}
    return sorted(each for each in found if _is_outsider(plan, each))


def somebody(principal: Principal, partition: str) -> Principal:
    """Who is meant: where an account is named, somebody of it."""
    name = principal.name
    account = name if name.isdigit() else name.split(":")[4] if name.endswith(":root") else None
    return principal if account is None else identity(f"arn:{partition}:iam::{account}:role/{MARK}")


def _is_outsider(plan: Plan, principal: Principal) -> bool:
    parts = principal.name.split(":")
    return principal.kind is PrincipalKind.SERVICE or len(parts) < _ARN_PARTS or is_outside(plan, parts[4])


def _context(document: Document | None, principal: Principal) -> dict[str, Values | None]:
    """What is known of such a request, None for what isn't: a service is on an errand for a stranger."""
    tested = {test.key.lower() for each in (document.statements if document else ()) for test in each.conditions}
    context: dict[str, Values | None] = {key: None for key in tested - _TOLD if not key.startswith(_OF_PRINCIPALS)}
    parts = principal.name.split(":")
    if principal.kind is PrincipalKind.SERVICE:
        return {**context, "aws:sourceaccount": (STRANGER,)}
    if len(parts) < _ARN_PARTS:
        return context
    return {**context, "aws:principalorgid": None, "kms:calleraccount": (parts[4],)}
