"""Whether a resource's own policy lets in somebody of another account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from levee.catalog.partition import partition_name
from levee.plan.planned import Plan
from levee.targets.aws.iam.document import EVERYONE, Condition, Document, Effect, Principal, PrincipalKind
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Policies
from levee.targets.aws.iam.perimeter import Insiders
from levee.targets.aws.iam.request import Values, identity
from levee_infra.targets.aws.proof.policy_case import PolicyCase, request
from levee_infra.verify.check import MARK

OUTSIDER = "000000000000"
"""An account outside every stack: AWS gives none this number."""

STRANGE_ORGANIZATION = "o-0000000000"

_ORGANIZATION = "aws:principalorgid"
_OF_PRINCIPALS = "aws:principal"
_MSK = "kafka.amazonaws.com"  # its statement in a secret's policy is MSK's own, and names no account
_TOLD = frozenset({"aws:securetransport", "aws:requestedregion", "aws:resourceaccount"})
_ARN_PARTS = 6


def insiders(plan: Plan) -> Insiders:
    """The stack's account and those that it trusts."""
    return Insiders((plan.boundary.account, *plan.trusted_accounts))


def outsiders(
    plan: Plan, document: Document | None, actions: Sequence[str], resource: str, inside: Insiders | None = None
) -> Iterator[PolicyCase]:
    """Requests of those whom the policy names and of outsiders; none may go through.

    An identity of elsewhere may do everything as far as its own account is concerned. `inside`, by default the
    stack's insiders, are left out. Keys of conditions that nobody knows of a request make it unknown.
    """
    known = inside or insiders(plan)
    for principal in _principals(plan, document, known):
        for action in actions:
            asked = request(plan, principal, action, resource, _context(document, principal, known.organization))
            yield PolicyCase(asked, Policies(identity=(FULL_ACCESS,), resource=document), allowed=False)


def somebody(principal: Principal, partition: str) -> Principal:
    """Who is meant: where an account is named, somebody of it."""
    name = principal.name
    account = name if name.isdigit() else name.split(":")[4] if name.endswith(":root") else None
    return principal if account is None else identity(f"arn:{partition}:iam::{account}:role/{MARK}")


def _principals(plan: Plan, document: Document | None, inside: Insiders) -> list[Principal]:
    partition = partition_name(plan.boundary.region)
    found = {identity(f"arn:{partition}:iam::{OUTSIDER}:role/{MARK}"), EVERYONE}
    for statement in document.statements if document else ():
        if statement.effect is Effect.ALLOW:
            found |= {somebody(each, partition) for each in statement.principals if each.name != _MSK}
    return sorted(each for each in found if _account(each) not in inside.accounts)


def _account(principal: Principal) -> str | None:
    """The account of an identity; None for a service, and for who didn't sign in."""
    parts = principal.name.split(":")
    return parts[4] if principal.kind is PrincipalKind.AWS and len(parts) >= _ARN_PARTS else None


def _context(document: Document | None, principal: Principal, organization: str | None) -> dict[str, Values | None]:
    """What is known of such a request, None for what isn't: a service acts for an outsider."""
    tests = [test for each in (document.statements if document else ()) for test in each.conditions]
    unknown = {test.key.lower() for test in tests} - _TOLD
    context: dict[str, Values | None] = {key: None for key in unknown if not key.startswith(_OF_PRINCIPALS)}
    if principal.kind is PrincipalKind.SERVICE:
        return {**context, "aws:sourceaccount": (OUTSIDER,)}
    account = _account(principal)
    if account is None:
        return context
    return {**context, _ORGANIZATION: _another_organization(tests, organization), "kms:calleraccount": (account,)}


def _another_organization(tests: Sequence[Condition], organization: str | None) -> Values | None:
    """Where one organization is let in, outsiders are of another: of one that the policy names, if it does. Else
    nobody knows.
    """
    if organization is None:
        return None
    named = {value for test in tests if test.key.lower() == _ORGANIZATION for value in test.values}
    return (min(named - {organization}, default=STRANGE_ORGANIZATION),)
