"""Where an ARN lies: in the account and region that the connection declares, or outside them.

Forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. A part that is a wildcard or empty lies
nowhere in particular, so it is outside, save where the service has no such part.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from levee.catalog.partition import partition_of
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.targets.aws.connection import AwsConnection

PREFIX: Final = "arn:"
WITHOUT_REGION: Final = frozenset({"iam", "s3", "sts"})
WITHOUT_ACCOUNT: Final = frozenset({"s3"})
AWS_MANAGED: Final = "aws"
"""What stands in the account's place in ``arn:aws:iam::aws:policy/…``."""


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN; ``resource`` is all that comes after the account."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """Read an ARN; None if the text is none."""
        parts = text.split(":", 5)
        return cls(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" and parts[5] else None


def outside(text: str, connection: AwsConnection, accounts: Collection[str] = ()) -> str | None:
    """Say why an ARN lies outside the connection's account and region; None if it lies inside.

    ``accounts`` are allowed beside the connection's own.
    """
    arn = Arn.parse(text)
    if arn is None:
        return f"{text} is no ARN"
    partition = partition_of(connection.region)
    if partition is None or arn.partition != partition.name:
        whose = f"partition {partition.name}" if partition else "no partition that levee knows"
        return f"{text} is in partition {arn.partition}, the stack's region {connection.region} in {whose}"
    if arn.account not in {connection.account, *accounts} and not (arn.service in WITHOUT_ACCOUNT and not arn.account):
        whose = f"account {arn.account}" if arn.account else "no account"
        return f"{text} is of {whose}, the stack declares {' or '.join([connection.account, *sorted(accounts)])}"
    if arn.region != connection.region and not (arn.service in WITHOUT_REGION and not arn.region):
        where = f"region {arn.region}" if arn.region else "no region"
        return f"{text} is in {where}, the stack declares {connection.region}"
    return None


def check_arn(fields: Fields, name: str, connection: AwsConnection, form: str) -> str | None:
    """Read a required ARN of this account and region, noting what is wrong with it; None if there is something, or it
    isn't known yet. ``form`` is how it begins after the account: ``kafka:cluster/``.
    """
    text = known(fields.text(name, required=True))
    if text is None:
        return None
    reason = outside(text, connection) or _unlike(text, form)
    if reason:
        fields.refuse(name, reason)
    return None if reason else text


def arns_in(document: Any) -> Iterator[str]:
    """Find all ARNs among the values of JSON."""
    match document:
        case str():
            if document.startswith(PREFIX):
                yield document
        case list():
            for element in document:
                yield from arns_in(element)
        case Mapping():
            for element in document.values():
                yield from arns_in(element)


def _unlike(text: str, form: str) -> str | None:
    service, _, resource = form.partition(":")
    arn = Arn.parse(text)
    is_alike = arn is not None and arn.service == service and arn.resource.startswith(resource)
    return None if is_alike else f"{text} must be an ARN of {service} whose resource begins with {resource}"
