"""What a cloud's name must be the name of, field by field: a key, a role.

Forms: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
of each service its table of resource types; https://docs.aws.amazon.com/kms/latest/developerguide/concepts-aliases-keys.html;
https://cloud.ibm.com/docs/account?topic=account-crn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from levee.catalog.partition import PARTITIONS, partition_of
from levee.fields.rules import Rules, free_of, one_line_problem, text
from levee.model.cloud_name import CloudName

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ROLE: Final = r"role/(?:[!-.0-~]+/){0,50}[A-Za-z0-9+=,.@_-]{1,64}"
_INSTANCE: Final = r"[0-9a-zA-Z-]+"
_BUCKETS: Final = frozenset({"s3", "s3express", "s3-outposts", "cloud-object-storage"})
_KIND: Final = re.compile(r"[a-z-]{1,30}")
_AWS_MANAGED: Final = "alias/aws/"
_IDENTITIES: Final = frozenset({"iam", "sts", "organizations"})


@dataclass(frozen=True, slots=True)
class Form:
    """Which names of one service will do: `resource` matches all that follows the account."""

    resource: str
    regional: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a field names. `forms` are by cloud and service; `example` is one as it would be written."""

    what: str
    forms: Mapping[tuple[str, str], Form]
    example: str

    @property
    def rules(self) -> Rules:
        """A key that takes such a name."""
        return text(free_of(self.problem, shown=False), most=2048)

    def problem(self, value: str) -> str | None:
        """Why this is not the name of one thing of this kind, or None."""
        try:
            name = CloudName.parse(value)
        except ValueError as error:
            return str(error)
        return whole_problem(name) or self._other(name)

    def _other(self, name: CloudName) -> str | None:
        hint = f"write {self.example}"
        form = self.forms.get((name.cloud, name.service)) or self.forms.get((name.cloud, ""))
        if name.resource.startswith(_AWS_MANAGED):
            return f"is a key that AWS manages, and not {self.what}; {hint}"
        if form is None or not re.fullmatch(form.resource, name.resource):
            return f"names {_shown(name)}, and not {self.what}; {hint}"
        if form.regional and not name.region:
            return f"names no region; {hint}"
        if name.cloud == "aws" and name.region and not form.regional:
            return f"names a region, and {name.service} has none; {hint}"
        return None if name.account.strip("aws") else f"names no account; {hint}"


def whole_problem(name: CloudName) -> str | None:
    """Why no single thing is called so, or None: wildcards, or a partition and a region that don't go together."""
    if not name.is_exact:
        return "has a wildcard; name one resource, by its whole name"
    return partition_problem(name)


def partition_problem(name: CloudName) -> str | None:
    """Why an ARN's partition can't be, or None. A region that nobody knows is for the rules on residency."""
    if name.cloud != "aws" or "*" in name.partition + name.region:
        return None
    if name.partition not in PARTITIONS:
        return f"names the partition {name.partition}, which AWS doesn't have; partitions: {', '.join(PARTITIONS)}"
    partition = partition_of(name.region)
    if partition is not None and partition.name != name.partition:
        return f"is of partition {name.partition}, and its region {name.region} is of {partition.name}; copy it whole"
    return None


def _shown(name: CloudName) -> str:
    """What it names instead: no more of it than its kind."""
    parts = re.split(r"[:/]", name.resource) if name.cloud == "aws" else name.resource.split(":")[1:]
    kind = parts[0] if len(parts) > 1 and _KIND.fullmatch(parts[0]) else "resource"
    kind = "root" if name.resource == "root" else kind
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind} of {name.service}"


_IBM_KEY: Final = Form(rf"{_INSTANCE}:key:{_INSTANCE}", regional=True)

CLOUD_KEY: Final = Kind(
    "a key of one's own",
    {
        ("aws", "kms"): Form(rf"key/(?:{_UUID}|mrk-[0-9a-f-]{{32,36}})|alias/[A-Za-z0-9/_-]+", regional=True),
        ("ibm", "kms"): _IBM_KEY,
        ("ibm", "hs-crypto"): _IBM_KEY,
    },
    "arn:aws:kms:<region>:<account>:key/1234abcd-12ab-34cd-56ef-1234567890ab",
)
CLOUD_ROLE: Final = Kind(
    "a role",
    {
        ("aws", "iam"): Form(_ROLE, regional=False),
        ("ibm", "iam-identity"): Form(r":(?:serviceid|profile):[A-Za-z0-9-]+", regional=False),
    },
    "arn:aws:iam::<account>:role/<name>",
)
CLOUD_WRITER: Final = Kind(
    "a role or a service's instance",
    {**CLOUD_ROLE.forms, ("ibm", ""): Form(rf"{_INSTANCE}::", regional=True)},
    CLOUD_ROLE.example,
)


def caller_problem(value: str) -> str | None:
    """Why this is not the ARN or CRN of resources for which a service acts, or None. How wide it is, rules judge."""
    try:
        name = CloudName.parse(value)
    except ValueError as error:
        return str(error)
    if name.service in _IDENTITIES:
        hint = "write the ARN of what it acts for: arn:aws:logs:<region>:<account>:log-group:<name>:*"
        return f"names an identity, for which no service acts; {hint}"
    return partition_problem(name)


def destination_name_problem(value: str) -> str | None:
    """Why nothing can be delivered to this, where it is written as an ARN or a CRN; None where it isn't, or can be."""
    if value[:4].lower() not in {"arn:", "crn:"}:
        return None
    try:
        name = CloudName.parse(value)
    except ValueError as error:
        return str(error)
    if name.service in {*_IDENTITIES, "kms"}:
        return f"names {_shown(name)}, to which nothing can be delivered; write the destination's own name"
    return whole_problem(name)


def bucket_problem(value: str) -> str | None:
    """Why this can't be a bucket's name, where it is written as an ARN or a CRN, or None."""
    if value[:4].lower() not in {"arn:", "crn:"}:
        return one_line_problem(value)
    found = destination_name_problem(value)
    if found is None and CloudName.parse(value).service not in _BUCKETS:
        return "names no bucket; write the bucket's name"
    return found
