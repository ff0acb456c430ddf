"""``levee:aws:Key``: a customer-managed KMS key with a policy of its own, renewed every year.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/. A key has no name that must be unique, so a killed run's
key is found by its tags.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from levee_infra.providers.protocol.declared import INTEGER, Field, always_true, between, needed
from levee_infra.providers.protocol.failures import FailedError, RefusedError, refused
from levee_infra.providers.protocol.identity import THING_ID
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value
from levee_infra.targets.aws.api import AwsError
from levee_infra.targets.aws.arn_scope import outside
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.key.encrypted import encrypts_anything
from levee_infra.targets.aws.kinds.key.live import SCHEDULED, YEAR, describe, policy_of, renewed_after
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.shared import ACKNOWLEDGED_IDS, ARN, DELETION, DOCUMENT, IDENTIFIED, TAGS
from levee_infra.targets.aws.tags import IDENTITY, STACK, from_list, is_let_go, is_own, tag_changes, tags_of, to_list

ALIAS: Final = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}")
MIN_WINDOW_DAYS, MAX_WINDOW_DAYS = 7, 30
KIND_OF_KEY: Final = {"KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS"}
NOT_OFF: Final = "levee keeps no key that is off or never renewed"

ONE_KEY: Final = (
    "what one of them encrypted can't be read without it; keep that one (cancel its deletion where it is scheduled), "
    "and take levee's tags off the others"
)


@dataclass(frozen=True)
class AliasedKey(Live):
    """A key and all its names, some of which somebody else may have given it."""

    aliases: tuple[str, ...] = ()


def _alias_problem(alias: str) -> str | None:
    if ALIAS.fullmatch(alias) and not alias.startswith("alias/aws/"):
        return None
    return "must be alias/ and letters, digits and /_-, and not begin with alias/aws/"


class Key(AwsKind):
    """A symmetric customer-managed KMS key of one region, renewed every year. The id is its ARN. With an approval that
    is due, and where nothing of its stack that stays is encrypted by it, removing it schedules its deletion; else it
    stays, tagged as nobody's.

    Never a multi-region key, whose replicas could leave the boundary. What it encrypted can be read until its deletion;
    its alias stays.
    """

    token = "levee:aws:Key"  # noqa: S105 - a type token
    what = "key"
    needs = rights(
        "kms",
        "CancelKeyDeletion CreateAlias Decrypt DescribeKey EnableKey EnableKeyRotation GenerateDataKey GetKeyPolicy "
        "GetKeyRotationStatus ListResourceTags PutKeyPolicy TagResource UntagResource UpdateAlias UpdateKeyDescription",
        "CreateKey ListAliases",
    )
    takes = (
        needed("description"),
        Field("alias", "A name, such as `alias/levee/production`. Can't change.", fixed=True, check=_alias_problem),
        needed("policy", "The key policy, JSON.", DOCUMENT),
        always_true("rotation", NOT_OFF),
        always_true("enabled", NOT_OFF),
        Field(
            "windowDays",
            "For so long a removed key can be brought back; 7 to 30.",
            INTEGER,
            check=between(MIN_WINDOW_DAYS, MAX_WINDOW_DAYS, " days"),
            write_only=True,
        ),
        DELETION,
        ACKNOWLEDGED_IDS,
        TAGS,
    )
    gives = (ARN, *IDENTIFIED)
    found_by = ("alias",)

    async def look_for(self, new: Properties) -> AliasedKey | None:
        """By its identity tags; else by its alias, for lists of tags lag behind. Refuse an alias that is taken."""
        tagged = await self._tagged(new)
        found = [live for arn in tagged if (live := await self.look_at(arn)) is not None]
        if found and len(tagged) > 1:
            there = [arn for arn in tagged if await describe(self.api, arn) is not None]  # lists of tags lag behind
            if len(there) > 1:
                raise refused("tags", f"{' and '.join(there)} are tagged as the same key; {ONE_KEY}")
        if found:
            return found[0]
        alias = new.get("alias")
        named = await self.look_at(str(alias)) if alias else None
        if named is not None and not is_own(named.inputs, new) and not is_let_go(named.inputs, new):
            raise _taken(str(alias), named.id)
        return named

    async def look_at(self, resource_id: str) -> AliasedKey | None:
        """By ARN or alias. One that is scheduled for deletion counts as gone."""
        about = await describe(self.api, resource_id)
        if about is None or about["KeyState"] in SCHEDULED:
            return None
        arn = about["Arn"]
        if reason := self._unfit(about):
            raise refused("", f"the key {arn} {reason}; declare another")
        policy, days, tags, aliases = await asyncio.gather(
            policy_of(self.api, arn),
            renewed_after(self.api, arn),
            self.api.pages("kms", "list_resource_tags", "Tags", KeyId=arn),
            self.api.pages("kms", "list_aliases", "Aliases", KeyId=arn),
        )
        names = sorted(str(alias["AliasName"]) for alias in aliases)
        inputs: Properties = {
            "description": about["Description"],
            "policy": policy,
            "rotation": days is not None and days <= YEAR,
            "enabled": about["KeyState"] == "Enabled",
            "alias": names[0] if names else None,
            "tags": dict(from_list(tags, "TagKey", "TagValue")),
        }
        return AliasedKey(arn, inputs, {"arn": arn, THING_ID: arn}, tuple(names))

    def seen_input(self, name: str, declared: Value, live: Live) -> Value:
        """It may have other names beside its own."""
        return declared if name == "alias" and declared in _aliases(live) else super().seen_input(name, declared, live)

    async def make(self, new: Properties) -> AliasedKey:
        """Bring it back where it is scheduled for deletion, for what it encrypted would be lost with it. Else make a
        key of this region only. Where nobody says whether one was made, it is looked for.
        """
        if (kept := await self._brought_back(new)) is not None:
            return kept
        try:
            answer = await self.api.once(
                "kms",
                "create_key",
                Description=new["description"],
                Policy=new["policy"],
                MultiRegion=False,
                Tags=to_list(tags_of(new), "TagKey", "TagValue"),
            )
        except FailedError:
            if (live := await self.look_for(new)) is None:
                raise
            return live
        arn = answer["KeyMetadata"]["Arn"]
        return AliasedKey(arn, {**new, "rotation": False, "alias": None}, {"arn": arn, THING_ID: arn})

    async def _brought_back(self, new: Properties) -> AliasedKey | None:
        for arn in await self._tagged(new):
            about = await describe(self.api, arn)
            if about is not None and about["KeyState"] in SCHEDULED:
                await self.api.call("kms", "cancel_key_deletion", KeyId=_id(arn))
                return await self.look_at(arn)
        return None

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Refuse an alias that somebody has given to another key."""
        alias = str(new.get("alias") or "")
        named = await describe(self.api, alias) if alias else None
        if named is not None and named["Arn"] != recorded.id and named["KeyState"] not in SCHEDULED:
            raise _taken(alias, str(named["Arn"]))
        return await super().preview_update(recorded, new)

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Switch it on first: a key that is off can't be changed."""
        if changed(live, new, "enabled"):
            await self.api.call("kms", "enable_key", KeyId=_id(live.id))
        if changed(live, new, "rotation"):
            await self.api.call("kms", "enable_key_rotation", KeyId=live.id, RotationPeriodInDays=YEAR)
        if new.get("alias") and new["alias"] not in _aliases(live):
            await self._name(live.id, str(new["alias"]))
        if changed(live, new, "description"):
            await self.api.call("kms", "update_key_description", KeyId=live.id, Description=new["description"])
        if changed(live, new, "policy"):
            await self.api.call("kms", "put_key_policy", KeyId=live.id, PolicyName="default", Policy=new["policy"])
        await self.tag(live, *tag_changes(live.inputs, new, before))

    async def tag(self, live: Live, tags: Mapping[str, str], gone: Sequence[str]) -> None:
        """One call for each of the two."""
        if tags:
            await self.api.call("kms", "tag_resource", KeyId=live.id, Tags=to_list(tags, "TagKey", "TagValue"))
        if gone:
            await self.api.call("kms", "untag_resource", KeyId=live.id, TagKeys=list(gone))

    async def _name(self, key: str, alias: str) -> None:
        """Give the key its name, unless another one that can be used has it."""
        try:
            await self.api.call("kms", "create_alias", AliasName=alias, TargetKeyId=key)
        except AwsError as error:
            if error.code != "AlreadyExistsException":
                raise
            if (other := await self.look_at(alias)) is not None and other.id != key:
                raise _taken(alias, other.id) from None
            await self.api.call("kms", "update_alias", AliasName=alias, TargetKeyId=key)

    async def outlives(self, live: Live, recorded: Recorded) -> bool:
        """It stays with what its stack has left and can't be read without it, too: archives above all."""
        return await super().outlives(live, recorded) or await encrypts_anything(
            self.api, live.id, tags_of(live.inputs).get(STACK)
        )

    async def remove(self, live: Live, recorded: Recorded) -> None:
        """Schedule its deletion."""
        days = recorded.inputs.get("windowDays", MAX_WINDOW_DAYS)
        await self.api.call("kms", "schedule_key_deletion", KeyId=_id(live.id), PendingWindowInDays=days)

    async def _tagged(self, new: Properties) -> list[str]:
        """ARNs of the keys that have the declared identity, scheduled for deletion or not."""
        tags = tags_of(new)
        found = await self.api.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            TagFilters=[{"Key": name, "Values": [tags[name]]} for name in IDENTITY],
            ResourceTypeFilters=["kms:key"],
        )
        return sorted(entry["ResourceARN"] for entry in found)

    def _unfit(self, about: Mapping[str, Any]) -> str | None:
        """Say why a key can't be one of levee's."""
        if about.get("KeyManager") == "AWS":
            return "is AWS's own, with a policy that nobody can change"
        if about.get("MultiRegion"):
            return "is a multi-region key, of which a replica may lie outside the boundary"
        if any(about.get(name) != value for name, value in KIND_OF_KEY.items()):
            return "isn't a symmetric one whose material KMS has made"
        reason = outside(about["Arn"], self.api.connection)
        return f"lies outside: {reason}" if reason else None


def _id(arn: str) -> str:
    """A key's id, for calls that some servers (moto) take no ARN in."""
    return arn.rpartition("/")[2]


def _aliases(live: Live) -> tuple[str, ...]:
    return live.aliases if isinstance(live, AliasedKey) else ()


def _taken(alias: str, key: str) -> RefusedError:
    return refused("alias", f"{alias} is the name of {key}; give that one another, or choose another here")
