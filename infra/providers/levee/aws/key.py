"""``levee:aws:Key``: a customer-managed KMS key with a policy of its own, renewed every year.

Source: https://docs.aws.amazon.com/kms/latest/APIReference/. A key has no name that must be unique, so a killed run's
key is found by its tags.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

from infra.providers.failures import FailedError, refused
from infra.providers.fields import Fields, known
from infra.providers.kind import Recorded
from infra.providers.levee.aws.api import AwsError
from infra.providers.levee.aws.aws_kind import AwsKind, Live, changed
from infra.providers.levee.aws.json_text import check_json
from infra.providers.levee.aws.tags import IDENTITY, from_list, tag_changes, tags_of, to_list
from infra.providers.properties import Properties

ALIAS: Final = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}")
ABSENT = ("NotFoundException", "NotFound")
MIN_WINDOW_DAYS, MAX_WINDOW_DAYS = 7, 30


class Key(AwsKind):
    """A symmetric key for encryption, in one region: never a multi-region key, whose replicas could leave the boundary.

    The id is the key's ARN. Removing it schedules its deletion: what it encrypted can be read until then.
    """

    token = "levee:aws:Key"  # noqa: S105 - a type token
    what = "key"
    properties = ("description", "alias", "policy", "rotation", "enabled", "windowDays")
    fixed = ("alias",)
    json_inputs = ("policy",)
    holds_data = True

    def with_defaults(self, new: Properties) -> Properties:
        """Enabled, renewed every year, and for 30 days after its removal it can be brought back."""
        return {"windowDays": MAX_WINDOW_DAYS, "rotation": True, "enabled": True, **new}

    def check_fields(self, fields: Fields) -> None:
        """The policy is JSON, the window AWS's."""
        fields.text("description", required=True)
        alias = known(fields.text("alias"))
        if alias is not None and (not ALIAS.fullmatch(alias) or alias.startswith("alias/aws/")):
            fields.refuse("alias", "must be alias/ and letters, digits and /_-, and not begin with alias/aws/")
        check_json(fields, "policy")
        for name in ("rotation", "enabled"):
            if known(fields.boolean(name)) is False:
                fields.refuse(name, "must be true: levee keeps no key that is off or never renewed")
        days = known(fields.integer("windowDays"))
        if days is not None and not MIN_WINDOW_DAYS <= days <= MAX_WINDOW_DAYS:
            fields.refuse("windowDays", f"must be {MIN_WINDOW_DAYS} to {MAX_WINDOW_DAYS} days")

    async def look_for(self, new: Properties) -> Live | None:
        """By its identity tags."""
        tags = tags_of(new)
        filters = [{"Key": name, "Values": [tags[name]]} for name in IDENTITY]
        found = await self.api.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            TagFilters=filters,
            ResourceTypeFilters=["kms:key"],
        )
        for entry in found:
            if (live := await self.look_at(entry["ResourceARN"])) is not None:
                return live
        return None

    async def look_at(self, resource_id: str) -> Live | None:
        """One that is scheduled for deletion counts as gone."""
        answer = await self.api.find("kms", "describe_key", ABSENT, KeyId=resource_id)
        if answer is None or answer["KeyMetadata"]["KeyState"] in {"PendingDeletion", "PendingReplicaDeletion"}:
            return None
        about = answer["KeyMetadata"]
        policy, rotation, tags, aliases = await asyncio.gather(
            self.api.call("kms", "get_key_policy", KeyId=resource_id, PolicyName="default"),
            self.api.call("kms", "get_key_rotation_status", KeyId=resource_id),
            self.api.pages("kms", "list_resource_tags", "Tags", KeyId=resource_id),
            self.api.pages("kms", "list_aliases", "Aliases", KeyId=resource_id),
        )
        inputs: Properties = {
            "description": about["Description"],
            "policy": policy["Policy"],
            "rotation": rotation["KeyRotationEnabled"],
            "enabled": about["KeyState"] == "Enabled",
            "tags": dict(from_list(tags, "TagKey", "TagValue")),
        }
        if aliases:
            inputs["alias"] = min(str(alias["AliasName"]) for alias in aliases)
        return _live(about, inputs)

    async def make(self, new: Properties) -> Live:
        """Make a key of this region only. Where nobody says whether one was made, it is looked for."""
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
        return _live(answer["KeyMetadata"], {**new, "rotation": False, "alias": None})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Switch it on first: a key that is off can't be changed."""
        if changed(live, new, "enabled"):
            await self.api.call("kms", "enable_key", KeyId=live.id)
        if changed(live, new, "rotation"):
            await self.api.call("kms", "enable_key_rotation", KeyId=live.id)
        if changed(live, new, "alias"):
            await self._name(live.id, str(new["alias"]))
        if changed(live, new, "description"):
            await self.api.call("kms", "update_key_description", KeyId=live.id, Description=new["description"])
        if changed(live, new, "policy"):
            await self.api.call("kms", "put_key_policy", KeyId=live.id, PolicyName="default", Policy=new["policy"])
        tags, gone = tag_changes(live.inputs, new, before)
        if tags:
            await self.api.call("kms", "tag_resource", KeyId=live.id, Tags=to_list(tags, "TagKey", "TagValue"))
        if gone:
            await self.api.call("kms", "untag_resource", KeyId=live.id, TagKeys=gone)

    async def _name(self, key: str, alias: str) -> None:
        """Give the key its name, unless another one that can be used has it."""
        try:
            await self.api.call("kms", "create_alias", AliasName=alias, TargetKeyId=key)
        except AwsError as error:
            if error.code != "AlreadyExistsException":
                raise
            if (other := await self.look_at(alias)) is not None and other.id != key:
                raise refused(
                    "alias", f"{alias} is the name of {other.id}; give it another, or choose another"
                ) from None
            await self.api.call("kms", "update_alias", AliasName=alias, TargetKeyId=key)

    async def remove(self, live: Live, recorded: Recorded) -> None:
        """Schedule its deletion."""
        days = recorded.inputs.get("windowDays", MAX_WINDOW_DAYS)
        await self.api.call("kms", "schedule_key_deletion", KeyId=live.id, PendingWindowInDays=days)


def _live(about: Mapping[str, Any], inputs: Properties) -> Live:
    return Live(about["Arn"], inputs, {"arn": about["Arn"], "multiRegion": about.get("MultiRegion", False)})
