"""Which account and region `levee:aws:*` resources are made in, and how its API is reached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from levee.fields.values import endpoint_problem
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Unknown

ACCOUNT: Final = re.compile(r"[0-9]{12}")
REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]+")
PROPERTIES: Final = ("account", "region", "endpoint", "credentialsFile")


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
        fields.only((*PROPERTIES, *beside))
        account, region = fields.text("account", required=True), fields.text("region", required=True)
        endpoint, file = fields.text("endpoint"), fields.text("credentialsFile")
        if known(account) is not None and not ACCOUNT.fullmatch(str(account)):
            fields.refuse("account", "must be the 12 digits of an AWS account")
        if known(region) is not None and not REGION.fullmatch(str(region)):
            fields.refuse("region", "must be the name of an AWS region, such as eu-central-1")
        if (url := known(endpoint)) is not None and (reason := endpoint_problem(url)):
            fields.refuse("endpoint", reason)
        values = (account, region, endpoint, file)
        if fields.problems or any(isinstance(value, Unknown) for value in values):
            return None
        return cls(str(account), str(region), known(endpoint), known(file))


def read_connection(config: Properties) -> AwsConnection | None:
    """Read the section ``aws`` of the provider's configuration. Raises RefusedError with its problems."""
    fields = Fields(config, what="the AWS provider configuration")
    connection = AwsConnection.read(fields)
    fields.raise_problems()
    return connection
