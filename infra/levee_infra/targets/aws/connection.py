"""Which account and region `levee:aws:*` resources are made in, and how its API is reached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from levee.fields.values import endpoint_problem
from levee_infra.providers.protocol.declared import Field, matching, needed, object_type, read_all
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import UNKNOWN, Properties

ACCOUNT: Final = re.compile(r"[0-9]{12}")
REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")
PROPERTIES: Final = (
    needed("account", "12 digits.", check=matching(ACCOUNT, "must be the 12 digits of an AWS account")),
    needed(
        "region",
        "Such as `eu-central-1`.",
        check=matching(REGION, "must be the name of an AWS region, such as eu-central-1"),
    ),
    Field("endpoint", "A URL that stands in for every service's own; `http` on loopback only.", check=endpoint_problem),
    Field("credentialsFile", "The path of a shared credentials file, whose profile `default` is used."),
)
CONNECTION: Final = object_type(
    "levee:aws:Connection",
    "the AWS provider configuration",
    PROPERTIES,
    "Credentials come from AWS's usual chain, never from here. Every call is refused unless they are of this account.",
)


@dataclass(frozen=True, slots=True)
class AwsConnection:
    """One account in one region. Nothing ambient names either.

    ``endpoint`` stands in for every service's own, as a server on loopback does; ``credentials_file`` (AWS's shared
    credentials format, profile ``default``) for the usual chain of environment, profile, and instance role.
    """

    account: str
    region: str
    endpoint: str | None = None
    credentials_file: str | None = None

    @classmethod
    def read(cls, fields: Fields, beside: Sequence[str] = ()) -> "AwsConnection | None":
        """Read a connection, noting problems in the fields; None if there are any or a value isn't known yet.
        ``beside`` names other properties that the fields may have.
        """
        given = read_all(fields, PROPERTIES, beside)
        if fields.problems or any(fields.text(each.name) is UNKNOWN for each in PROPERTIES):
            return None
        return cls(*(given[each.name] for each in PROPERTIES))


def read_connection(config: Properties) -> AwsConnection | None:
    """Read the section ``aws`` of the provider's configuration. Raises RefusedError with its problems."""
    fields = Fields(config, what="the AWS provider configuration")
    connection = AwsConnection.read(fields)
    fields.raise_problems()
    return connection
