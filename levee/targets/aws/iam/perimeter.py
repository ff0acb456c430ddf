"""Statements that keep outsiders out: what the policies of resources and of the organization have in common.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html and the policies of
github.com/aws-samples/data-perimeter-policy-examples (identity perimeter, confused deputy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from levee.targets.aws.iam.document import EVERYONE, Condition, Effect, Statement

BY_SERVICE: Final = Condition("Bool", "aws:PrincipalIsAWSService", ("true",))
NOT_BY_SERVICE: Final = Condition("BoolIfExists", "aws:PrincipalIsAWSService", ("false",))


@dataclass(frozen=True, slots=True)
class Insiders:
    """Who belongs: these accounts and, where one is named (`o-…`), everybody of the organization."""

    accounts: tuple[str, ...]
    organization: str | None = None

    def others(self, who: str) -> tuple[Condition, ...]:
        """All true of everybody else, and of who doesn't say. `who`: Principal, or Source for a service's errand."""
        accounts = Condition("StringNotEqualsIfExists", f"aws:{who}Account", self.accounts)
        if self.organization is None:
            return (accounts,)
        return (accounts, Condition("StringNotEqualsIfExists", f"aws:{who}OrgID", (self.organization,)))


def deny(sid: str, actions: Sequence[str], resources: Sequence[str], *conditions: Condition) -> Statement:
    """A deny for everyone."""
    return Statement(
        effect=Effect.DENY,
        sid=sid,
        principals=(EVERYONE,),
        actions=tuple(actions),
        resources=tuple(resources),
        conditions=conditions,
    )


def deny_outsiders(insiders: Insiders, actions: Sequence[str], resources: Sequence[str]) -> tuple[Statement, Statement]:
    """Keep out principals from elsewhere, and services of AWS on an errand for somebody from elsewhere."""
    return (
        deny("DenyOtherPrincipals", actions, resources, *insiders.others("Principal"), NOT_BY_SERVICE),
        deny(
            "DenyErrandsOfOthers",
            actions,
            resources,
            *insiders.others("Source"),
            Condition("Null", "aws:SourceAccount", ("false",)),
            BY_SERVICE,
        ),
    )


def deny_plain_http(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Refuse what doesn't come over TLS."""
    return deny("DenyPlainHttp", actions, resources, Condition("Bool", "aws:SecureTransport", ("false",)))
