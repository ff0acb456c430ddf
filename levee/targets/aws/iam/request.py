"""A request to AWS, as policies see it.

Source of the keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from levee.targets.aws.iam.document import Principal, PrincipalKind

Values = tuple[str, ...]
_SERVICE_LINKED: Final = ":role/aws-service-role/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`principal` (a role's or user's ARN, a service's name, EVERYONE for who didn't sign in) asks for `action`.

    `resource` is an ARN, or `*` for none in particular; `account` owns it (an S3 bucket's ARN doesn't tell). `region`
    is the endpoint's. `context` holds further keys, or other values for those that follow from the rest; None for a
    key that the request may or may not have.
    """

    action: str
    resource: str
    principal: Principal
    account: str
    region: str
    context: Mapping[str, Values | None] = field(default_factory=dict)

    @property
    def is_service(self) -> bool:
        """Whether a service of AWS asks for itself."""
        return self.principal.kind is PrincipalKind.SERVICE

    @property
    def is_service_linked(self) -> bool:
        """Whether a service-linked role asks: no organization's policy reaches one."""
        return _SERVICE_LINKED in self.principal.name

    @property
    def principal_account(self) -> str | None:
        """The account of who asks. None: a service, or nobody that signed in."""
        parts = self.principal.name.split(":")
        return parts[4] if len(parts) >= 6 and not self.is_service else None

    def keys(self) -> dict[str, Values | None]:
        """Every key with its values, by its name in lower case. A key that isn't here isn't in the request."""
        found: dict[str, Values | None] = {
            "aws:requestedregion": (self.region,),
            "aws:resourceaccount": (self.account,),
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": (str(self.is_service).lower(),),
        }
        if self.is_service:
            found["aws:principalservicename"] = (self.principal.name,)
        if self.principal_account is not None:
            found |= {
                "aws:principalaccount": (self.principal_account,),
                "aws:principalarn": (self.principal.name,),
            }
        return found | {key.lower(): values for key, values in self.context.items()}


def identity(arn: str) -> Principal:
    """The principal that a role's or a user's ARN names."""
    return Principal(PrincipalKind.AWS, arn)


def service(name: str) -> Principal:
    """The principal that is a service, such as `logs.amazonaws.com`."""
    return Principal(PrincipalKind.SERVICE, name)
