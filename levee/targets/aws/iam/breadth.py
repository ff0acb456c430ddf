"""Where a policy lets in more than it is for: anyone, a service on anybody's behalf, a whole account as an identity.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html (both keys, with exact values),
…/reference_policies_elements_principal.html (an account's root stands for all of its identities),
…/reference_policies_condition-keys.html#condition-keys-principalorgid. Only operators that no missing key and no other
value can meet bind: StringEquals, and for ARNs ArnEquals and ArnLike without wildcards before the resource.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from levee.fields.values import ORGANIZATION_ID
from levee.model.cloud_name import CloudName
from levee.targets.aws.iam.document import Document, Effect, Principal, PrincipalKind, Statement

_EXACT: Final = frozenset({"StringEquals"})
_OF_ARNS: Final = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Insider:
    """Who and what a policy may be for: this account and region, and what other `accounts` may reach.

    `whole_accounts`: an account may be named as such, which in the policy of a key or a cluster leaves it to that
    account's own policies; a role that says so is anybody's.
    """

    account: str
    region: str
    accounts: Collection[str] = ()
    whole_accounts: bool = False


def openings(document: Document, insider: Insider) -> Iterator[str]:
    """What it lets in beyond that, each reading on after the policy's name. None of it: nothing more than it is for."""
    for statement in document.statements:
        if statement.effect is Effect.ALLOW:
            if statement.not_actions:
                yield f"{_named(statement)} allows all but what it lists"
            for principal in statement.principals:
                reason = _opening(statement, principal, insider)
                if reason is not None:
                    yield f"{_named(statement)} {reason}"


def sources(document: Document) -> set[str]:
    """The ARNs of resources for which services may act by it."""
    return set[str]().union(*(_pinned(each, "aws:SourceArn", _OF_ARNS) for each in document.statements))


def service_callers(document: Document) -> Iterator[tuple[str | None, str | None]]:
    """On what accounts' and resources' behalf services may act by it, as it pins them; None: it pins none."""
    for statement in _allowed_to(document, PrincipalKind.SERVICE):
        accounts: list[str | None] = [*sorted(_pinned(statement, "aws:SourceAccount", _EXACT))]
        arns: list[str | None] = [*sorted(_pinned(statement, "aws:SourceArn", _OF_ARNS))]
        yield from product(accounts or [None], arns or [None])


def insiders(document: Document) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The organization or the accounts that each statement lets in; neither: it lets in anyone."""
    for statement in _allowed_to(document, PrincipalKind.AWS):
        names = [each.name for each in statement.principals if each.kind is PrincipalKind.AWS]
        organizations = _pinned(statement, "aws:PrincipalOrgID", _EXACT)
        accounts = {_account(name) or name for name in names if name != "*"}
        if "*" in names and not organizations:
            pinned = _pinned(statement, "aws:PrincipalAccount", _EXACT)
            accounts = accounts | pinned if pinned else set()
        yield next(iter(sorted(organizations)), None), tuple(sorted(accounts))


def _allowed_to(document: Document, kind: PrincipalKind) -> Iterator[Statement]:
    for statement in document.statements:
        if statement.effect is Effect.ALLOW and any(each.kind is kind for each in statement.principals):
            yield statement


def _opening(statement: Statement, principal: Principal, insider: Insider) -> str | None:
    if principal.kind is PrincipalKind.SERVICE:
        return _service(statement, principal.name, insider)
    if principal.name == "*":
        return None if _bound(statement, insider) else "lets in anyone of that cloud"
    account = _account(principal.name)
    if account not in {insider.account, *insider.accounts}:
        return f"lets in account {account or principal.name}"
    whole = principal.name == account or principal.name.endswith(":root")
    return f"lets in all of account {account}" if whole and not insider.whole_accounts else None


def _service(statement: Statement, service: str, insider: Insider) -> str | None:
    """A service acts for all of its customers: two keys say for whom."""
    if service == "*":
        return "lets in every service"
    accounts = _pinned(statement, "aws:SourceAccount", _EXACT)
    if not accounts or accounts - {insider.account}:
        others = ", ".join(sorted(accounts - {insider.account})) or "any account"
        return f"lets {service} act for {others}: no StringEquals on aws:SourceAccount says otherwise"
    arns = _pinned(statement, "aws:SourceArn", _OF_ARNS)
    if not arns:
        return f"lets {service} act for any resource: nothing is said of aws:SourceArn"
    wide = sorted(arn for arn in arns if not _inside(arn, insider))
    return f"lets {service} act for {', '.join(wide)}" if wide else None


def _bound(statement: Statement, insider: Insider) -> bool:
    """Whether only one organization, or accounts that may, are meant by anyone."""
    organizations = _pinned(statement, "aws:PrincipalOrgID", _EXACT)
    if organizations and all(ORGANIZATION_ID.fullmatch(each) for each in organizations):
        return True
    accounts = _pinned(statement, "aws:PrincipalAccount", _EXACT)
    return bool(accounts) and accounts <= {insider.account, *insider.accounts}


def _inside(arn: str, insider: Insider) -> bool:
    try:
        name = CloudName.parse(arn)
    except ValueError:
        return False
    return name.is_exact_before_its_resource and (name.account, name.region) == (insider.account, insider.region)


def _pinned(statement: Statement, key: str, operators: Collection[str]) -> set[str]:
    """The values of which one of these operators demands one; empty where none does."""
    return {
        value
        for condition in statement.conditions
        if condition.operator in operators and condition.key.lower() == key.lower()
        for value in condition.values
    }


def _account(name: str) -> str:
    """The account of an identity's ARN, or an account by its digits; empty for what is neither."""
    if name.isdecimal():
        return name
    try:
        return CloudName.parse(name).account
    except ValueError:
        return ""


def _named(statement: Statement) -> str:
    return f"statement {statement.sid}" if statement.sid else "a statement"
