"""``levee:aws:ClusterPolicy``: which other accounts may use an MSK cluster.

Sources: https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cluster-owner-action-policy.html and
https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-policy.html. A cluster has one policy or none, each
with a version: a policy that somebody else has written meanwhile is never overwritten unseen.
"""

from collections.abc import Mapping
from typing import Any, Final

from levee_infra.providers.protocol.declared import TEXTS, Field, needed
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value
from levee_infra.targets.aws.api import AwsError
from levee_infra.targets.aws.arn_scope import Arn
from levee_infra.targets.aws.connection import ACCOUNT
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.cluster_policy.live import ABSENT, policy_of
from levee_infra.targets.aws.kinds.json_text import canonical, same_json
from levee_infra.targets.aws.kinds.policy_document import reaches, statements_of, unexpected_principals
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.shared import CLUSTER_ARN, DOCUMENT

OUTDATED: Final = "BadRequestException"
"""How MSK answers a version that isn't the current one, among others."""


class ClusterPolicy(AwsKind):
    """The policy of an MSK cluster: which other accounts may use it. The id is the cluster's ARN.

    It lets in the stack's account and ``allowedAccounts``; anyone else only as one organization. A policy that levee
    didn't write is refused: there is one place for it, and overwriting it would cut off whom it lets in.
    """

    token = "levee:aws:ClusterPolicy"  # noqa: S105 - a type token
    what = "cluster policy"
    needs = rights("kafka", "DeleteClusterPolicy GetClusterPolicy PutClusterPolicy")
    takes = (
        CLUSTER_ARN,
        needed(
            "policy",
            "JSON. It lets in the connection's account, `allowedAccounts`, and anyone else only as one organization "
            "(`aws:PrincipalOrgID`).",
            DOCUMENT,
        ),
        Field("allowedAccounts", "Accounts beside the connection's own.", TEXTS, write_only=True),
    )
    gives = (needed("version", "MSK's own, of the policy that levee saw last."),)
    found_by = ("clusterArn", "policy")

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """Nobody is let in whose account isn't declared."""
        here = self.api.connection
        policy, allowed = given["policy"], given["allowedAccounts"]
        for account in allowed or ():
            if not ACCOUNT.fullmatch(account):
                fields.refuse("allowedAccounts", f"{account} must be the 12 digits of an AWS account")
        if policy is None or allowed is None:
            return
        for problem in (
            *unexpected_principals(policy, here, allowed, organizations=True),
            *reaches(policy, here, allowed),
        ):
            fields.refuse("policy", problem)

    async def look_for(self, new: Properties) -> Live | None:
        """One that says what is declared was written by a run that was killed, or may as well have been."""
        live = await self.look_at(str(new["clusterArn"]))
        if live is not None and not same_json(live.inputs["policy"], new["policy"]):
            raise refused(
                "clusterArn",
                f"{live.id} has a policy that levee did not write ({_names(live.inputs['policy'])}). Declare "
                "what of it is meant: a policy that says exactly what is declared is taken over; or have its owner "
                "remove it",
            )
        return live

    async def look_at(self, resource_id: str) -> Live | None:
        """The policy and its version."""
        answer = await policy_of(self.api, resource_id)
        if answer is None:
            return None
        inputs: Properties = {"clusterArn": resource_id, "policy": answer["Policy"]}
        return Live(resource_id, inputs, {"version": answer["CurrentVersion"]})

    async def make(self, new: Properties) -> Live:
        """Write it where there is none."""
        cluster = str(new["clusterArn"])
        return Live(cluster, new, {"version": await self._put(cluster, str(new["policy"]), {})})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:  # noqa: ARG002
        """Write it in place of the version that was looked at, and of no other."""
        if changed(live, new, "policy"):
            version = {"CurrentVersion": live.outputs["version"]}
            live.outputs["version"] = await self._put(live.id, str(new["policy"]), version)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Remove it: other accounts can't make connections any more."""
        await self.api.find("kafka", "delete_cluster_policy", ABSENT, ClusterArn=live.id)

    async def read(self, recorded: Recorded) -> Recorded | None:
        """In an import the accounts that the policy lets in count as declared."""
        found = await super().read(recorded)
        if found is None or recorded.inputs:
            return found
        accounts: Properties = {"allowedAccounts": [*_accounts(found.inputs["policy"], self.api.connection.account)]}
        return Recorded(found.id, {**found.inputs, **accounts}, {**found.outputs, **accounts})

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Change it, unless it isn't any more what levee saw last."""
        await self._require_seen(recorded, new.get("policy"))
        return await super().update(recorded, new)

    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove it, unless it isn't any more what levee saw last."""
        await self._require_seen(recorded)
        return await super().delete(recorded)

    async def _require_seen(self, recorded: Recorded, wanted: Value = None) -> None:
        live = await self.look_at(recorded.id)
        seen = recorded.outputs.get("policy")
        if live is not None and not any(same_json(live.inputs["policy"], policy) for policy in (seen, wanted)):
            raise _overtaken(recorded.id, seen, live.inputs["policy"])

    async def _put(self, cluster: str, policy: str, version: Mapping[str, Value]) -> str:
        """Write the policy and return its version."""
        try:
            answer = await self.api.call("kafka", "put_cluster_policy", ClusterArn=cluster, Policy=policy, **version)
        except AwsError as error:
            live = await self.look_at(cluster) if error.code == OUTDATED else None
            if live is None or live.outputs["version"] == version.get("CurrentVersion"):
                raise
            if not same_json(live.inputs["policy"], policy):  # else it was this call's first attempt that wrote it
                raise _overtaken(cluster, policy, live.inputs["policy"]) from None
            return str(live.outputs["version"])
        return str(answer["CurrentVersion"])


def _overtaken(cluster: str, seen: Value, now: Value) -> FailedError:
    before, after = _statements(seen), _statements(now)
    gone = [name for text, name in before.items() if text not in after]
    come = [name for text, name in after.items() if text not in before]
    parts = [f"{what}: {', '.join(names)}" for what, names in (("no longer there", gone), ("new", come)) if names]
    return FailedError(
        f"the policy of {cluster} was changed by somebody else since levee saw it ({'; '.join(parts) or 'its form'}); "
        "nothing was changed. Run again with --refresh to see it, then declare what is meant"
    )


def _names(policy: Value) -> str:
    return ", ".join(_statements(policy).values()) or "without statements"


def _statements(policy: Value) -> dict[str, str]:
    return {canonical(statement.content): statement.name for statement in statements_of(str(policy))}


def _accounts(policy: Value, own: str) -> list[str]:
    """The accounts, beside its own, of all principals that a policy names."""
    arns = (Arn.parse(value) for one in statements_of(str(policy)) for _, value in one.principals())
    return sorted({arn.account for arn in arns if arn is not None and ACCOUNT.fullmatch(arn.account)} - {own})
