"""``levee:aws:Role``: an IAM role with one inline policy: what a service may do, and who may be that service.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/. All roles of the account are read with two listings, for
neither holds everything: GetAccountAuthorizationDetails has policies and tags, ListRoles descriptions and durations.
What IAM has just accepted may be unknown to it for seconds yet
(https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency).
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from levee.catalog.partition import partition_name
from levee.clock import Clock
from levee.targets.aws.form import LONGEST_ROLE_POLICY
from levee_infra.providers.protocol.burst import MAX_AGE_SECONDS
from levee_infra.providers.protocol.declared import INTEGER, TEXTS, Field, between, lasting, matching, needed
from levee_infra.providers.protocol.differences import differences
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.identity import THING_ID
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.lag import Lag
from levee_infra.providers.protocol.properties import Properties, Value, reveal
from levee_infra.providers.protocol.snapshot import LATELY_SECONDS, Snapshot
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.arn_scope import AWS_MANAGED, PREFIX, outside
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.identity import numbered
from levee_infra.targets.aws.kinds.json_text import canonical
from levee_infra.targets.aws.kinds.policy_document import reaches, unexpected_principals
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.role.live import PAGE, details, policies_of
from levee_infra.targets.aws.kinds.shared import ACKNOWLEDGED_IDS, ARN, DOCUMENT, IDENTIFIED, TAGS
from levee_infra.targets.aws.tags import from_list, tag_changes, tags_of, to_list

ABSENT: Final = ("NoSuchEntity",)
POLICY: Final = "levee"
"""The name of the one inline policy."""

BOUNDARY: Final = "permissionsBoundary"

NAME: Final = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
PATH: Final = re.compile(r"/([!-~]{1,510}/)?")
DESCRIPTION: Final = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]{1,1000}")
NAME_FORM: Final = "must be letters, digits and _+=,.@- (at most 64)"
DESCRIPTION_FORM: Final = "must be at most 1000 characters of Latin-1: IAM takes no others"
SHORTEST_SESSION, LONGEST_SESSION = 3600, 43_200  # seconds


def _foreign_problem(policies: list[str]) -> str | None:
    return f"must be empty: declare in policy what {', '.join(policies)} should allow" if policies else None


class Role(AwsKind):
    """An IAM role with one inline policy, `levee`, and nothing else: policies that somebody added are drift, and the
    next update takes them away. The id is its name.
    """

    token = "levee:aws:Role"  # noqa: S105 - a type token
    what = "role"
    needs = rights(
        "iam",
        "CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole PutRolePolicy TagRole UntagRole "
        "UpdateAssumeRolePolicy UpdateRole",
        "GetAccountAuthorizationDetails ListRoles",
    )
    takes = (
        lasting("name", "Can't change.", check=matching(NAME, NAME_FORM)),
        Field("path", "Can't change.", fixed=True, check=matching(PATH, "must be a path such as /levee/")),
        needed("description", "In Latin-1.", check=matching(DESCRIPTION, DESCRIPTION_FORM)),
        needed(
            "trust",
            "Who may take the role on, JSON. A service only on behalf of an account (`aws:SourceAccount`), nobody of "
            "another account.",
            DOCUMENT,
        ),
        needed("policy", "What it may do, JSON. Every ARN lies in the connection's account and region.", DOCUMENT),
        Field(
            "maxSessionSeconds", "3600 to 43200.", INTEGER, check=between(SHORTEST_SESSION, LONGEST_SESSION, " seconds")
        ),
        Field(BOUNDARY, "The ARN of a managed policy."),
        Field(
            "foreignPolicies",
            "Always empty: names and ARNs of other policies that the role holds.",
            TEXTS,
            check=_foreign_problem,
        ),
        ACKNOWLEDGED_IDS,
        TAGS,
    )
    gives = (
        ARN,
        *IDENTIFIED,
        needed("instanceProfiles", "Those that hold the role; while there are any it isn't removed.", TEXTS),
    )

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api, clock)
        self._roles: Snapshot[Mapping[str, Live]] = Snapshot(self._list)
        self._outdated: set[str] = set()
        """Names of roles that earlier listings may tell wrong."""
        self._lag = Lag()

    # Checking

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """Nobody of another account gets in, no service on another account's behalf, and nothing outside is reached."""
        here, boundary = self.api.connection, given[BOUNDARY]
        if boundary is not None and (reason := outside(boundary, here, (AWS_MANAGED,))):
            fields.refuse(BOUNDARY, reason)
        trust, policy = given["trust"] or "", given["policy"] or ""
        for name, problems in (
            ("trust", (*unexpected_principals(trust, here), *reaches(trust, here))),
            ("policy", tuple(reaches(policy, here))),
        ):
            for problem in problems:
                fields.refuse(name, problem)
        if (size := len("".join(policy.split()))) > LONGEST_ROLE_POLICY:
            fields.refuse("policy", f"has {size} characters, IAM takes {LONGEST_ROLE_POLICY}; split the service in two")

    # Looking

    async def look_for(self, new: Properties) -> Live | None:
        """In the listing; that IAM has it nevertheless, ``make`` learns."""
        return await self.listed(str(new["name"]))

    async def look_at(self, resource_id: str) -> Live | None:
        """In the listing. One that isn't there is gone only when IAM says so as well."""
        live = await self._lag.confirmed(
            lambda found: found is not None, lambda: self._listed(resource_id), lambda: self._listed_anew(resource_id)
        )
        if live is None and await self.api.find("iam", "get_role", ABSENT, RoleName=resource_id) is not None:
            raise FailedError(f"IAM has the role {resource_id}, but doesn't list it yet; run again in a minute")
        return live

    async def listed(self, resource_id: str) -> Live | None:
        """In the listing."""
        return (await self._list_for(resource_id, MAX_AGE_SECONDS)).get(resource_id)

    async def read(self, recorded: Recorded) -> Recorded | None:
        """As the listing has it; a difference only when a new listing confirms it."""

        async def read_anew() -> Recorded | None:
            self._outdated.add(recorded.id)
            return await super(Role, self).read(recorded)

        return await self._lag.confirmed(
            lambda found: found is not None and not differences(found.inputs, found.outputs, found.inputs),
            lambda: super(Role, self).read(recorded),
            read_anew,
        )

    async def _listed(self, name: str) -> Live | None:
        return (await self._list_for(name, LATELY_SECONDS)).get(name)

    async def _list_for(self, name: str, max_age: float) -> Mapping[str, Live]:
        return await (self._roles.fresh() if name in self._outdated else self._roles.get(name, max_age))

    async def _listed_anew(self, name: str) -> Live | None:
        return (await self._roles.fresh()).get(name)

    async def _list(self) -> Mapping[str, Live]:
        found, abouts = await asyncio.gather(
            details(self.api), self.api.pages("iam", "list_roles", "Roles", PaginationConfig=PAGE)
        )
        about = {role["RoleName"]: role for role in abouts}
        return {role["RoleName"]: _live(role, about[role["RoleName"]]) for role in found if role["RoleName"] in about}

    # Changing

    def foreseen(self, new: Properties) -> Properties:
        """Its ARN is made of its path and name."""
        here = self.api.connection
        return {"arn": f"arn:{partition_name(here.region)}:iam::{here.account}:role{new['path']}{new['name']}"}

    async def make(self, new: Properties) -> Live:
        """Make it with its trust and its boundary, able to do nothing yet."""
        name = str(new["name"])
        self._wrote(name)
        optional = {"PermissionsBoundary": new[BOUNDARY]} if new.get(BOUNDARY) else {}
        try:
            answer = await self.api.call(
                "iam",
                "create_role",
                RoleName=name,
                Path=new["path"],
                Description=new["description"],
                AssumeRolePolicyDocument=new["trust"],
                MaxSessionDuration=new["maxSessionSeconds"],
                Tags=to_list(tags_of(new)),
                **optional,
            )
        except AwsError as error:
            live = await self.look_at(name) if error.code == "EntityAlreadyExists" else None
            if live is None:
                raise
            self._refuse_foreign(live, new)
            return live
        inputs: Properties = {**new, "policy": "", "foreignPolicies": []}
        return Live(name, inputs, {**_identity(answer["Role"]), "instanceProfiles": []})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """What it must not hold goes first; its boundary is there before a wider policy is."""
        self._wrote(live.id)
        await self._take_away(live)
        await self._bound(live, new, before)
        if changed(live, new, "trust"):
            await self._call("update_assume_role_policy", live.id, PolicyDocument=new["trust"])
        if changed(live, new, "description", "maxSessionSeconds"):
            await self._call(
                "update_role", live.id, Description=new["description"], MaxSessionDuration=new["maxSessionSeconds"]
            )
        if changed(live, new, "policy"):
            await self._put_policy(live.id, str(new["policy"]))
        tags, gone = tag_changes(live.inputs, new, before)
        if tags:
            await self._call("tag_role", live.id, Tags=to_list(tags))
        if gone:
            await self._call("untag_role", live.id, TagKeys=gone)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Take its policies away, then the role. A role that instances use is left as it is."""
        if profiles := list(_texts(live.outputs.get("instanceProfiles"))):
            raise FailedError(
                f"the role {live.id} is in the instance profile {', '.join(profiles)}, so instances may run as it; "
                "nothing was changed: take it out there, then run again"
            )
        self._wrote(live.id)
        await self._take_away(live)
        if live.inputs["policy"]:
            await self._gone("delete_role_policy", live.id, PolicyName=POLICY)
        await self._gone("delete_role", live.id)

    async def _take_away(self, live: Live) -> None:
        for policy in _texts(live.inputs.get("foreignPolicies")):
            if policy.startswith(PREFIX):
                await self._gone("detach_role_policy", live.id, PolicyArn=policy)
            else:
                await self._gone("delete_role_policy", live.id, PolicyName=policy)

    async def _bound(self, live: Live, new: Properties, before: Properties) -> None:
        """A boundary that somebody else set stays: it only narrows."""
        boundary = new.get(BOUNDARY)
        if boundary and changed(live, new, BOUNDARY):
            await self._call("put_role_permissions_boundary", live.id, PermissionsBoundary=boundary)
        elif not boundary and before.get(BOUNDARY):
            await self._gone("delete_role_permissions_boundary", live.id)

    async def _put_policy(self, name: str, policy: str) -> None:
        try:
            await self._call("put_role_policy", name, PolicyName=POLICY, PolicyDocument=policy)
        except AwsError as error:
            if error.code not in ABSENT:
                raise
            await self.api.wait("iam", "role_exists", RoleName=name)  # it was made a moment ago
            await self._call("put_role_policy", name, PolicyName=POLICY, PolicyDocument=policy)

    async def _call(self, operation: str, name: str, **parameters: Any) -> None:
        await self.api.call("iam", operation, RoleName=name, **parameters)

    async def _gone(self, operation: str, name: str, **parameters: Any) -> None:
        await self.api.find("iam", operation, ABSENT, RoleName=name, **parameters)

    def _wrote(self, name: str) -> None:
        self._outdated.add(name)
        self._lag.wrote()


def _live(detail: Mapping[str, Any], about: Mapping[str, Any]) -> Live:
    inline, attached, boundary = policies_of(detail)
    inputs: Properties = {
        "name": detail["RoleName"],
        "path": detail["Path"],
        "description": about.get("Description", ""),
        "trust": canonical(detail["AssumeRolePolicyDocument"]),
        "policy": canonical(inline[POLICY]) if POLICY in inline else "",
        "maxSessionSeconds": about.get("MaxSessionDuration", SHORTEST_SESSION),
        BOUNDARY: boundary,
        "tags": dict(from_list(detail.get("Tags", ()))),
        "foreignPolicies": sorted([*(inline.keys() - {POLICY}), *attached]),
    }
    profiles = sorted(profile["InstanceProfileName"] for profile in detail.get("InstanceProfileList", ()))
    return Live(detail["RoleName"], inputs, {**_identity(detail), "instanceProfiles": list(profiles)})


def _identity(about: Mapping[str, Any]) -> Properties:
    return {"arn": about["Arn"], THING_ID: numbered(about["Arn"], about["RoleId"])}


def _texts(value: Value) -> Iterator[str]:
    plain = reveal(value)
    yield from map(str, plain if isinstance(plain, list) else ())
