"""The names that clouds give to resources: ARN and CRN."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

_ARN_PARTS: Final = 6  # arn:partition:service:region:account:resource
_CRN_PARTS: Final = 10  # crn:v1:partition:kind:service:region:scope:instance:resource type:resource
_PRINTED: Final = re.compile(r"[!-~]+")
_PARTITION: Final = re.compile(r"aws(?:-[a-z]+)*")
_SERVICE: Final = re.compile(r"[a-z0-9-]+")
_WORD: Final = re.compile(r"[a-z0-9-]*")
_ACCOUNT: Final = re.compile(r"(?:[0-9]{12}|aws)?")
_SCOPE: Final = re.compile(r"(?:a/[0-9a-zA-Z]+|[os]/[0-9a-zA-Z-]+)?")
_WILDCARDS: Final = frozenset("*?")


@dataclass(frozen=True, slots=True)
class CloudName:
    """What a name tells of its resource. `account` and `region` are empty where the name carries none.

    `resource` is all that follows; of a CRN `<instance>:<resource type>:<resource>`. Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
    https://cloud.ibm.com/docs/account?topic=account-crn.
    """

    cloud: str
    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ARN or a CRN, whole; a part may have wildcards (`*`, `?`), as the patterns of policies do.

        Raises ValueError, its text without the name: it reads on after whatever holds it.
        """
        if not _PRINTED.fullmatch(text):
            raise ValueError("holds a space or a character that no ARN and no CRN has; copy the name whole")
        if text.startswith("arn:"):
            return cls._arn(text)
        if text.startswith("crn:"):
            return cls._crn(text)
        raise ValueError("is neither an ARN nor a CRN; write it whole, as the cloud shows it: arn:aws:… or crn:v1:…")

    @classmethod
    def _arn(cls, text: str) -> Self:
        parts = text.split(":", _ARN_PARTS - 1)
        if len(parts) < _ARN_PARTS or not parts[-1]:
            raise ValueError("is no whole ARN; write arn:<partition>:<service>:<region>:<account>:<resource>")
        _, partition, service, region, account, resource = parts
        if not _takes(_PARTITION, partition):
            raise ValueError("is an ARN without a partition; write arn:aws:…, or of another partition arn:aws-eusc:…")
        if not _takes(_SERVICE, service):
            raise ValueError("is an ARN without a service; write it whole, as AWS shows it")
        if not _takes(_WORD, region):
            raise ValueError("is an ARN whose region is none; write it as AWS does, for example eu-west-1")
        if not _takes(_ACCOUNT, account):
            raise ValueError("is an ARN whose account is none; an AWS account is 12 digits")
        return cls("aws", partition, service, region, account, resource)

    @classmethod
    def _crn(cls, text: str) -> Self:
        parts = text.split(":", _CRN_PARTS - 1)
        if len(parts) < _CRN_PARTS or parts[1] != "v1":
            raise ValueError(
                "is no whole CRN; write crn:v1:bluemix:public:<service>:<region>:a/<account>:<instance>:<kind>:<name>"
            )
        _, _, partition, _, service, region, scope, *resource = parts
        if not (partition and _takes(_SERVICE, service) and _takes(_WORD, region) and _takes(_SCOPE, scope)):
            raise ValueError("is a CRN with a part that is none; copy it whole, as IBM Cloud shows it")
        return cls("ibm", partition, service, region, scope.removeprefix("a/"), ":".join(resource))

    @property
    def is_exact(self) -> bool:
        """Whether it names one resource: no part has a wildcard."""
        return self.is_exact_before_its_resource and _WILDCARDS.isdisjoint(self.resource)

    @property
    def is_exact_before_its_resource(self) -> bool:
        """Whether partition, service, region and account have no wildcard."""
        return all(_WILDCARDS.isdisjoint(part) for part in (self.partition, self.service, self.region, self.account))


def _takes(form: re.Pattern[str], part: str) -> bool:
    return form.fullmatch(part) is not None or not _WILDCARDS.isdisjoint(part)


def arn_in(text: str) -> CloudName | None:
    """The ARN that a text is; None where it is none."""
    try:
        return CloudName.parse(text) if text.startswith("arn:") else None
    except ValueError:
        return None
