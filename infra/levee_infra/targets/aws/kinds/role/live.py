"""How roles are read: all of the account with one listing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.targets.aws.iam.document import Document
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.identity import numbered
from levee_infra.targets.aws.live import UNKNOWN_POLICY, UNKNOWN_RESOURCE_POLICY, read_policy

PAGE: Final = {"PageSize": 1000}


@dataclass(frozen=True, slots=True)
class LiveRole:
    """A role. `inline` are its own policies by name, `attached` and `boundary` the ARNs of managed ones. `number` is
    its RoleId.
    """

    arn: str
    trust: Document
    inline: Mapping[str, Document]
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    number: str = ""

    @property
    def identity(self) -> str:
        """What tells it from another role of its name."""
        return numbered(self.arn, self.number)


async def details(api: Api) -> list[Mapping[str, Any]]:
    """Every role's RoleDetail."""
    return await api.pages(
        "iam", "get_account_authorization_details", "RoleDetailList", Filter=["Role"], PaginationConfig=PAGE
    )


def policies_of(detail: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any], str | None]:
    """A role's own policies by name, the ARNs of managed ones that it holds, and of the one that bounds it."""
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in detail.get("RolePolicyList", ())}
    attached = sorted(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ()))
    return inline, attached, detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


async def read_roles(api: Api, names: Collection[str]) -> Mapping[str, LiveRole]:
    """Those of these names."""
    return {detail["RoleName"]: _role(detail) for detail in await details(api) if detail["RoleName"] in names}


def _role(detail: Mapping[str, Any]) -> LiveRole:
    inline, attached, boundary = policies_of(detail)
    return LiveRole(
        arn=detail["Arn"],
        trust=read_policy(detail.get("AssumeRolePolicyDocument"), of_resource=True) or UNKNOWN_RESOURCE_POLICY,
        inline={name: read_policy(document, of_resource=False) or UNKNOWN_POLICY for name, document in inline.items()},
        attached=tuple(attached),
        boundary=boundary,
        number=detail["RoleId"],
    )
