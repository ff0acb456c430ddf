"""``levee:aws:Secret``: the place of one secret in Secrets Manager. Its value is none of this resource's business.

The value is written by the resource that makes the password (``levee:kafka:ServiceCredential``), so it is in no input,
no output and no state. Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/.
"""

import re
from collections.abc import Mapping, Sequence
from os.path import commonprefix
from typing import Any, Final

from levee.clock import Clock
from levee_infra.providers.protocol.batching import PATIENT, Batch
from levee_infra.providers.protocol.declared import lasting, matching, needed
from levee_infra.providers.protocol.identity import THING_ID
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed, listing
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.secret import live as secrets
from levee_infra.targets.aws.kinds.shared import ACKNOWLEDGED_IDS, ARN, IDENTIFIED, KEY, TAGS, no_replicas
from levee_infra.targets.aws.tags import MANAGED_BY, from_list, tag_changes, tags_of, to_list

ABSENT: Final = ("ResourceNotFoundException",)
NAME: Final = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
RECOVERY_DAYS: Final = 30
"""A removed secret can be brought back for so long."""


class Secret(AwsKind):
    """The place of one secret in Secrets Manager, encrypted with a customer-managed key. Its value is written by
    `levee:kafka:ServiceCredential` and is in no property. The id is its name; a removed one can be brought back for 30
    days.

    Never encrypted with the default key, which MSK can't use and no key policy guards.
    """

    token = "levee:aws:Secret"  # noqa: S105 - a type token
    what = "secret"
    needs = rights(
        "secretsmanager",
        "CreateSecret DeleteSecret DescribeSecret GetSecretValue PutSecretValue RemoveRegionsFromReplication "
        "RestoreSecret TagResource UntagResource UpdateSecret",
        "BatchGetSecretValue ListSecrets",
    )
    takes = (
        lasting(
            "name",
            "Can't change. MSK takes only names that begin with `AmazonMSK_`.",
            check=matching(NAME, "must be letters, digits and /_+=.@- (at most 512)"),
        ),
        KEY("The ARN of a key in the same account and region, not an alias."),
        needed("description"),
        no_replicas("Always empty, so that a copy in another region is drift.", "a secret stays in its region"),
        ACKNOWLEDGED_IDS,
        TAGS,
    )
    gives = (ARN, *IDENTIFIED)

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api, clock)
        self._listed = listing(self._list)
        self._named: Batch[str, Live | None] = Batch(self._look_for, pace=PATIENT)

    async def look_for(self, new: Properties) -> Live | None:
        """In a list, together with others; one that is scheduled for deletion is in it, too."""
        return await self._named.submit(str(new["name"]))

    async def look_at(self, resource_id: str) -> Live | None:
        """By itself. One that is scheduled for deletion counts as gone."""
        about = await self.api.find("secretsmanager", "describe_secret", ABSENT, SecretId=resource_id)
        return None if about is None or about.get("DeletedDate") is not None else _live(about)

    async def listed(self, resource_id: str) -> Live | None:
        """From the list of what levee manages."""
        return (await self._listed.get(resource_id)).get(resource_id)

    async def create(self, new: Properties) -> Recorded:
        """Make it, without a look first: lists lag behind, and AWS says it where there is one already."""
        live = await self.make(new)
        return Recorded(live.id, new, await self._altered(live, new, {}))

    async def make(self, new: Properties) -> Live:
        """Make it without a value, or go on with the one that is there: back from its deletion, where that is due."""
        name = str(new["name"])
        try:
            answer = await self.api.call(
                "secretsmanager",
                "create_secret",
                Name=name,
                Description=new["description"],
                KmsKeyId=new["keyArn"],
                Tags=to_list(tags_of(new)),
            )
        except AwsError as error:
            if error.code not in {"InvalidRequestException", "ResourceExistsException"}:
                raise
            return await self._brought_back(new, error)
        self._listed.forget()
        return Live(name, {**new, "replicas": []}, {"arn": answer["ARN"], THING_ID: answer["ARN"]})

    async def _brought_back(self, new: Properties, reason: AwsError) -> Live:
        about = await self.api.find("secretsmanager", "describe_secret", ABSENT, SecretId=new["name"])
        if about is None:
            raise reason
        live = _live(about)
        self._refuse_foreign(live, new)
        if about.get("DeletedDate") is not None:
            await self.api.call("secretsmanager", "restore_secret", SecretId=live.id)
        self._listed.forget()
        return live

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Copies that somebody made in other regions go first. Another key takes effect for the value that is there,
        too.
        """
        if changed(live, new, "replicas"):
            await self.api.call(
                "secretsmanager",
                "remove_regions_from_replication",
                SecretId=live.id,
                RemoveReplicaRegions=live.inputs["replicas"],
            )
        if changed(live, new, "keyArn", "description"):
            await self.api.call(
                "secretsmanager",
                "update_secret",
                SecretId=live.id,
                KmsKeyId=new["keyArn"],
                Description=new["description"],
            )
        tags, gone = tag_changes(live.inputs, new, before)
        if tags:
            await self.api.call("secretsmanager", "tag_resource", SecretId=live.id, Tags=to_list(tags))
        if gone:
            await self.api.call("secretsmanager", "untag_resource", SecretId=live.id, TagKeys=gone)
        self._listed.forget()

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Schedule its deletion."""
        await self.api.find(
            "secretsmanager", "delete_secret", ABSENT, SecretId=live.id, RecoveryWindowInDays=RECOVERY_DAYS
        )
        self._listed.forget()

    async def _look_for(self, names: Sequence[str]) -> list[Live | None]:
        """List all whose names begin as all of these do."""
        prefix = commonprefix(names)  # noqa: RUF071 - by characters, as AWS compares
        found = await secrets.listed(self.api, "name", prefix, IncludePlannedDeletion=True)
        there = {about["Name"]: _live(about) for about in found}
        return [there.get(name) for name in names]

    async def _list(self) -> Mapping[str, Live]:
        """List what levee manages."""
        found = await secrets.listed(self.api, "tag-key", MANAGED_BY)
        # Of one that is replicated the list doesn't say whereto.
        return {about["Name"]: _live(about) for about in found if "PrimaryRegion" not in about}


def _live(about: Mapping[str, Any]) -> Live:
    inputs: Properties = {
        "name": about["Name"],
        "description": about.get("Description", ""),
        "keyArn": about.get("KmsKeyId", ""),
        "replicas": sorted(replica["Region"] for replica in about.get("ReplicationStatus", ())),
        "tags": dict(from_list(about.get("Tags", ()))),
    }
    return Live(about["Name"], inputs, {"arn": about["ARN"], THING_ID: about["ARN"]})
