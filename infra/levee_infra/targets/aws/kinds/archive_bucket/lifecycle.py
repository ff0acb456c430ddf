"""What becomes of an archive's objects with age: cheaper storage classes, and an end.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee.targets.aws.form import LONGEST_LOCK_DAYS
from levee_infra.providers.protocol.declared import INTEGER, Field, needed
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import Properties

TIERS: Final[Mapping[str, str]] = {
    "standardIaAfterDays": "STANDARD_IA",
    "glacierAfterDays": "GLACIER",
    "deepArchiveAfterDays": "DEEP_ARCHIVE",
}
"""Inputs, in the order in which objects pass through, and S3's names of the storage classes."""

EXPIRE: Final = "expireAfterDays"
LIFECYCLE: Final = (
    Field("standardIaAfterDays", "30 or more; 0: not used.", INTEGER),
    Field("glacierAfterDays", "Later than Standard-IA by 30 or more; 0: not used.", INTEGER),
    Field("deepArchiveAfterDays", "Later than Glacier; 0: not used.", INTEGER),
    needed(EXPIRE, "Later than all tiers, and not before the lock's end.", INTEGER),
)
INPUTS: Final = (*TIERS, EXPIRE)
NEVER: Final = 0
"""A tier after so many days isn't used. It is written out, so that one added by hand differs from it."""

IA_DAYS: Final = 30
"""S3 keeps an object for so long in Standard before it goes to Standard-IA, and in Standard-IA before it goes on."""

RULE: Final = "levee-archive"

ABORT_UPLOAD_DAYS: Final = 7
"""Parts of uploads that nobody completed are paid for and seen by no listing."""

NONCURRENT_DAYS: Final = 1
"""Expiry hides a version behind a delete marker; this removes it. Never too early: S3's lifecycle removes no version
whose lock still holds (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html).
"""


def check_lifecycle(fields: Fields, given: Mapping[str, Any]) -> None:
    """Note days that S3 would refuse, or that end before the lock does."""
    days = {name: given[name] for name in INPUTS}
    used = {name: after for name, after in days.items() if after is not None and after != NEVER}
    for name, after in used.items():
        if not 0 < after <= LONGEST_LOCK_DAYS:
            fields.refuse(name, f"must be 1 to {LONGEST_LOCK_DAYS} days, or 0 for a storage class that isn't used")
    if days[EXPIRE] == NEVER:
        fields.refuse(EXPIRE, "must be 1 or more: an archive's objects have an end")
    if 0 < used.get("standardIaAfterDays", IA_DAYS) < IA_DAYS:
        fields.refuse("standardIaAfterDays", f"must be {IA_DAYS} or more: S3 takes no object into Standard-IA sooner")
    for earlier, later in zip(list(used)[:-1], list(used)[1:], strict=True):
        least = used[earlier] + (IA_DAYS if earlier == "standardIaAfterDays" and later != EXPIRE else 1)
        if used[later] < least:
            fields.refuse(later, f"must be {least} or more, for {earlier} is {used[earlier]}")
    retention, expire = given["retentionDays"], days[EXPIRE]
    if retention is not None and expire is not None and 0 < expire < retention:
        fields.refuse(EXPIRE, f"must be {retention} or more: what is locked for {retention} days can't expire sooner")


def lifecycle_rules(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the bucket's lifecycle: one rule for all its objects."""
    return [
        {
            "ID": RULE,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [
                {"Days": values[name], "StorageClass": storage}
                for name, storage in TIERS.items()
                if values.get(name, NEVER) != NEVER
            ],
            "Expiration": {"Days": values[EXPIRE]},
            "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_UPLOAD_DAYS},
        }
    ]


def days_of(rules: Sequence[Mapping[str, Any]]) -> Properties:
    """Read the days out of a bucket's lifecycle. All are None where it isn't as levee writes it, in whatever way: a
    rule of somebody else's may expire what must be kept.
    """
    nothing: Properties = dict.fromkeys(INPUTS)
    if len(rules) != 1 or "Days" not in rules[0].get("Expiration", {}):
        return nothing
    rule = rules[0]
    after = {entry["StorageClass"]: entry.get("Days") for entry in rule.get("Transitions", ())}
    days: Properties = {name: after.get(storage, NEVER) for name, storage in TIERS.items()}
    days[EXPIRE] = rule["Expiration"]["Days"]
    # An empty filter and an empty prefix are two ways to say all objects; transitions come back in any order.
    ours = lifecycle_rules(days)[0]
    same = {**rule, "Filter": rule.get("Filter") or {"Prefix": ""}, "Transitions": _ordered(rule)}
    return days if same == {**ours, "Transitions": _ordered(ours)} else nothing


def _ordered(rule: Mapping[str, Any]) -> list[Any]:
    return sorted(rule.get("Transitions", ()), key=lambda entry: str(entry.get("StorageClass")))
