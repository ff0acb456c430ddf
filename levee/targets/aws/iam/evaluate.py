"""What policies come to for one request, decided here and not by AWS.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html, and for cross-account
requests …/reference_policies_evaluation-logic-cross-account.html. Session policies, and policies of VPC endpoints, are
left out. What can't be determined is UNKNOWN: it never counts as allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.targets.aws.iam.condition import holds
from levee.targets.aws.iam.document import Document, Effect, Principal, PrincipalKind, Statement
from levee.targets.aws.iam.request import Request
from levee.targets.aws.iam.truth import Truth, all_of, any_of
from levee.targets.aws.iam.wildcard import matches_ignoring_case, resource_like

# Of these resources the owner's account alone allows nothing: their own policy must (a key's, a role's trust policy).
_OWN_POLICY_DECIDES: Final = ("kms:", "sts:assumerole")


class Outcome(StrEnum):
    """How a request ends. Only ALLOWED lets it through."""

    ALLOWED = "allowed"
    DENIED_EXPLICITLY = "denied explicitly"
    DENIED_IMPLICITLY = "denied implicitly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request ends, and by what: the deciding statement's Sid, or the kind of policy that doesn't allow it."""

    outcome: Outcome
    by: str

    @property
    def allowed(self) -> bool:
        """Whether it is certain that the request goes through."""
        return self.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that has a say.

    `identity` are the asking identity's own; `resource` is the resource's (for sts:AssumeRole the role's trust policy);
    `boundaries`, `scps` and `rcps` only take away. None of a kind: that kind isn't used. AWS attaches its full-access
    policy beside an organization's own; FULL_ACCESS stands for it. Raises ValueError for an identity's policy that
    names principals, and for a resource's that names none.
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    boundaries: Sequence[Document] = ()
    scps: Sequence[Document] = ()
    rcps: Sequence[Document] = ()

    def __post_init__(self) -> None:
        if any(statement.principals for document in self.identity for statement in document.statements):
            raise ValueError("an identity's policy names no principal")
        if self.resource is not None and not all(statement.principals for statement in self.resource.statements):
            raise ValueError("every statement of a resource's policy names a principal")

    def limits(self, request: Request) -> dict[str, Sequence[Document]]:
        """What must allow the request besides, by kind.

        Only an account's identity has a boundary and SCPs; neither SCPs nor RCPs bind a service-linked role.
        """
        outside = request.principal_account is None
        scps = () if outside or request.is_service_linked else self.scps
        rcps = () if request.is_service_linked else self.rcps
        boundaries = () if outside else self.boundaries
        found = {"permissions boundary": boundaries, "service control policy": scps, "resource control policy": rcps}
        return {kind: documents for kind, documents in found.items() if documents}


FULL_ACCESS: Final = Document((Statement(effect=Effect.ALLOW, sid="FullAccess", actions=("*",), resources=("*",)),))


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide. A deny wins over every allow; where a deny can't be distinguished, nothing is allowed."""
    limits = policies.limits(request)
    own = [] if policies.resource is None else [policies.resource]
    identity = () if request.principal_account is None else policies.identity
    denied = _strongest(request, [*identity, *own, *(each for limit in limits.values() for each in limit)], Effect.DENY)
    if denied.truth is Truth.TRUE:
        return Decision(Outcome.DENIED_EXPLICITLY, denied.sid)
    granted = _granted(request, identity, own)
    held = {kind: _strongest(request, documents, Effect.ALLOW).truth for kind, documents in limits.items()}
    for kind, truth in {"identity or resource policy": granted.truth, **held}.items():
        if truth is Truth.FALSE:
            return Decision(Outcome.DENIED_IMPLICITLY, kind)
    if denied.truth is Truth.UNKNOWN:
        return Decision(Outcome.UNKNOWN, denied.sid)
    if all_of([granted.truth, *held.values()]) is Truth.UNKNOWN:
        return Decision(Outcome.UNKNOWN, granted.sid)
    return Decision(Outcome.ALLOWED, granted.sid)


@dataclass(frozen=True, slots=True)
class _Found:
    truth: Truth
    sid: str


def _granted(request: Request, identity: Sequence[Document], own: Sequence[Document]) -> _Found:
    """Whether the request is granted at all: by the identity's policies, the resource's, or both where both must."""
    by_identity = _strongest(request, identity, Effect.ALLOW)
    direct = _strongest(request, own, Effect.ALLOW, by_account=False)
    if request.principal_account is None:
        return direct
    by_resource = _strongest(request, own, Effect.ALLOW)
    both = _Found(min(by_identity.truth, by_resource.truth), by_resource.sid)
    if request.principal_account != request.account:
        return both
    own_decides = request.resource != "*" and request.action.lower().startswith(_OWN_POLICY_DECIDES)
    other = both if own_decides else by_identity
    return max(direct, other, key=lambda found: found.truth)


def _strongest(request: Request, documents: Iterable[Document], effect: Effect, *, by_account: bool = True) -> _Found:
    """The statement of this effect that applies most surely."""
    statements = (each for document in documents for each in document.statements if each.effect is effect)
    found = (_Found(_applies(each, request, by_account=by_account), each.sid) for each in statements)
    return max(found, key=lambda each: each.truth, default=_Found(Truth.FALSE, ""))


def _applies(statement: Statement, request: Request, *, by_account: bool) -> Truth:
    """Whether a statement is about the request."""
    tests = (_principal(statement, request, by_account=by_account), _action(statement, request))
    if Truth.FALSE in tests:
        return Truth.FALSE
    keys = request.keys()
    return all_of([*tests, _resource(statement, request), *(holds(each, keys) for each in statement.conditions)])


def _principal(statement: Statement, request: Request, *, by_account: bool) -> Truth:
    if not statement.principals:
        return Truth.TRUE
    return any_of(Truth.of(_names(each, request, by_account=by_account)) for each in statement.principals)


def _names(principal: Principal, request: Request, *, by_account: bool) -> bool:
    """Whether the principal is who asks. `by_account`: naming the account, which leaves it to the account, will do."""
    if principal == request.principal or principal.name == "*":
        return True
    account = request.principal_account
    named = principal.name == account or principal.name.endswith(f":iam::{account}:root")
    return by_account and account is not None and principal.kind is PrincipalKind.AWS and named


def _action(statement: Statement, request: Request) -> Truth:
    listed = statement.actions or statement.not_actions
    found = any(matches_ignoring_case(pattern, request.action) for pattern in listed)
    return Truth.of(found == bool(statement.actions))


def _resource(statement: Statement, request: Request) -> Truth:
    if statement.not_resources:
        return any_of(resource_like(pattern, request.resource) for pattern in statement.not_resources).opposite()
    if not statement.resources:
        return Truth.TRUE
    return any_of(resource_like(pattern, request.resource) for pattern in statement.resources)
