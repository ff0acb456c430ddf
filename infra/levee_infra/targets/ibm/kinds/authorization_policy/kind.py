"""``levee:ibm:AuthorizationPolicy``: what one service's instance may do to another's, without any key.

Sources: https://cloud.ibm.com/docs/account?topic=account-serviceauth,
https://cloud.ibm.com/apidocs/iam-policy-management#create-v2-policy (IAM Policy Management v2).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from levee.clock import Clock
from levee_infra.providers.protocol.declared import TEXTS, Field, at_most, lasting, matching, needed, one_of
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value
from levee_infra.providers.protocol.snapshot import Snapshot
from levee_infra.targets.ibm.api import Api, IbmError, Request
from levee_infra.targets.ibm.connection import Service
from levee_infra.targets.ibm.kinds.ibm_kind import IS_ADOPTED, IbmKind, Live

PATH: Final = "/v2/policies"
ROLE: Final = "crn:v1:bluemix:public:iam::::serviceRole:"
ROLES: Final = ("Reader", "Writer", "Manager")
GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GUID_CHECK: Final = matching(GUID, "must be the instance's GUID, the last part but two of its CRN")
SUBJECT: Final = {"serviceName": "sourceService", "serviceInstance": "sourceInstance"}
RESOURCE: Final = {
    "serviceName": "targetService",
    "serviceInstance": "targetInstance",
    "resourceType": "resourceType",
    "resource": "resource",
}
"""IAM's attributes, and this kind's inputs for them."""

CONFLICT: Final = 409
STALE: Final = frozenset({409, 412})
YOUNG_SECONDS: Final = 300.0
"""For so long IAM's replicas may answer 404 for a policy that was made (the Terraform provider waits as long)."""
LONGEST_MARK: Final = 300


class AuthorizationPolicy(IbmKind):
    """An authorization between two instances of the stack's own account. The id is the policy's.

    Two of equal attributes can't exist: IAM answers the second with the first one, which is adopted by that answer; so
    to create it is safe to repeat. Whoever grants more than they hold gets less, without an error: that fails here.
    """

    token = "levee:ibm:AuthorizationPolicy"  # noqa: S105 - a type token
    what = "authorization"
    takes = (
        lasting("sourceService", "What writes, such as `logs`."),
        lasting("sourceInstance", "Its GUID: without it any instance of the account could write.", check=_GUID_CHECK),
        lasting("targetService", "What is written to, such as `messagehub`."),
        lasting("targetInstance", "Its GUID.", check=_GUID_CHECK),
        Field("resourceType", "What of the instance is written to, such as `topic`; without it all of it.", fixed=True),
        Field("resource", "Its name; goes with `resourceType`.", fixed=True),
        needed("role", check=one_of(*ROLES)),
        needed("description", "Whose it is, for levee itself.", check=at_most(LONGEST_MARK)),
    )
    gives = (
        Field("createdAt", "When IAM made it."),
        Field("beside", "Attributes of it that this kind has no input for.", TEXTS),
        IS_ADOPTED,
    )
    mark = "description"

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api)
        self._clock = clock
        self._listed: Snapshot[Sequence[Live]] = Snapshot(self._list)

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:  # noqa: ARG002
        """One resource is named by its type and its name."""
        if fields.has("resource") != fields.has("resourceType"):
            fields.refuse("resource", "goes with resourceType, and the other way round")

    async def look_for(self, new: Properties) -> Live | None:
        """In the list, by its attributes. To those who may not read them IAM lists none, or not all."""
        return next((live for live in await self._listed.get(str(new["description"])) if _same(live, new)), None)

    async def look_at(self, recorded: Recorded) -> Live | None:
        """By its id. A young one that isn't shown is taken for there: IAM said that it made it."""
        answer = await self.api.find(Request(method="GET", service=Service.IAM, path=f"{PATH}/{recorded.id}"))
        if answer is not None and answer.body.get("state") != "deleted":
            return _live(answer.body, answer.etag)
        return self._as_made(recorded) if answer is None else None

    async def make(self, new: Properties) -> Live:
        """Make it. Where nobody answers, once more: the answer then is the first one's policy."""
        request = Request(method="POST", service=Service.IAM, path=PATH, body=self._body(new))
        self._listed.forget()
        try:
            answer = await self.api.send_unique(request)
        except IbmError as error:
            found = _conflict(error) or (await self.look_for(new) if error.status == CONFLICT else None)
            if found is None:
                raise
            return found
        return _live(answer.body, answer.etag)

    async def alter(self, live: Live, new: Properties) -> Live:
        """Replace the revision that was seen; where somebody was quicker, the one after it."""
        path = f"{PATH}/{live.id}"
        for seen in (live.etag, ""):
            etag = seen or (await self.api.send(Request(method="GET", service=Service.IAM, path=path))).etag
            request = Request(method="PUT", service=Service.IAM, path=path, body=self._body(new), etag=etag)
            try:
                answer = await self.api.send(request)
            except IbmError as error:
                if error.status not in STALE or not seen:
                    raise
            else:
                self._listed.forget()
                return _live(answer.body, answer.etag)
        raise AssertionError("the second attempt returns or raises")

    async def remove(self, live: Live) -> None:
        """Remove it. IBM keeps what was delivered."""
        self._listed.forget()
        await self.api.find(Request(method="DELETE", service=Service.IAM, path=f"{PATH}/{live.id}"))

    def stored_otherwise(self, live: Live, new: Properties) -> str | None:
        """A role that was cut to what the caller holds."""
        if live.inputs["role"] == new["role"]:
            return None
        return (
            f"IBM stored the role {live.inputs['role']} and not {new['role']}: nobody can grant more than they hold. "
            f"Run again as somebody who is {new['role']} and Administrator of the {new['targetService']} instance"
        )

    def _body(self, new: Properties) -> dict[str, Any]:
        account = {"key": "accountId", "operator": "stringEquals", "value": self.api.connection.account}
        return {
            "type": "authorization",
            "description": new["description"],
            "control": {"grant": {"roles": [{"role_id": f"{ROLE}{new['role']}"}]}},
            "subject": {"attributes": [account, *_attributes(SUBJECT, new)]},
            "resource": {"attributes": [account, *_attributes(RESOURCE, new)]},
        }

    def _as_made(self, recorded: Recorded) -> Live | None:
        made = recorded.outputs.get("createdAt")
        if not isinstance(made, str):
            return None
        age = self._clock.milliseconds() / 1000 - datetime.fromisoformat(made).timestamp()
        if age > YOUNG_SECONDS:
            return None
        return Live(recorded.id, recorded.inputs, {"createdAt": made})

    async def _list(self) -> Sequence[Live]:
        query = {"account_id": self.api.connection.account, "type": "authorization", "limit": 100}
        try:
            found = await self.api.pages(Request(method="GET", service=Service.IAM, path=PATH, query=query), "policies")
        except IbmError as error:
            if not error.is_denied:
                raise
            return ()
        return [_live(each, "") for each in found if each.get("state", "active") == "active"]


def _attributes(names: Mapping[str, str], new: Properties) -> Iterator[dict[str, Any]]:
    for attribute, name in names.items():
        if new.get(name):
            yield {"key": attribute, "operator": "stringEquals", "value": new[name]}


def _same(live: Live, new: Properties) -> bool:
    return (
        all(live.inputs.get(each.name) == new.get(each.name) for each in AuthorizationPolicy.takes if each.fixed)
        and not live.outputs[BESIDE]
    )


BESIDE: Final = "beside"
"""An output: attributes of a policy that this kind has no input for, such as a resource group."""


def _live(policy: Mapping[str, Any], etag: str) -> Live:
    """A policy as v2 writes it, or v1: both are answered for the same one."""
    subject = _pairs(policy.get("subject") or next(iter(policy.get("subjects") or ()), {}))
    resource = _pairs(policy.get("resource") or next(iter(policy.get("resources") or ()), {}))
    roles = policy.get("roles") or policy.get("control", {}).get("grant", {}).get("roles", ())
    inputs: Properties = {
        **{name: subject.pop(attribute) for attribute, name in SUBJECT.items() if attribute in subject},
        **{name: resource.pop(attribute) for attribute, name in RESOURCE.items() if attribute in resource},
        "role": ", ".join(sorted(str(role["role_id"]).rpartition(":")[2] for role in roles)),
        "description": str(policy.get("description", "")),
    }
    beside: list[Value] = [*sorted({*subject, *resource} - {"accountId"})]
    return Live(str(policy["id"]), inputs, {"createdAt": str(policy.get("created_at", "")), BESIDE: beside}, etag)


def _pairs(attributes: Mapping[str, Any]) -> dict[str, str]:
    listed = attributes.get("attributes") or ()
    return {str(each.get("key", each.get("name"))): str(each.get("value", "")) for each in listed}


def _conflict(error: IbmError) -> Live | None:
    """The policy of equal attributes that IAM names where it refuses another one."""
    details = error.words.details.get("details")
    conflict = details.get("conflicts_with") if isinstance(details, Mapping) else None
    policy = conflict.get("policy") if isinstance(conflict, Mapping) else None
    if error.status != CONFLICT or conflict is None or not isinstance(policy, Mapping) or not policy.get("id"):
        return None
    return _live(policy, str(conflict.get("etag", "")))
