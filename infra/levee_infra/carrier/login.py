"""The carrier's own login: the one of the source's service, from where that service may read it.

Never the administrator's, and by one call where AWS Secrets Manager has it: the service's role may read its own secret
and list nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan
from levee.targets.aws.names import secret_name
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.secret_store.client_settings import ClientConnection, librdkafka_settings
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.secrets_manager import read_value
from levee_infra.verify.client_file import read_login
from levee_infra.verify.login import Login, UnusableLogin

HELP = "`levee up` makes it; the carrier runs as the service itself, which may read its own and no other"


def username(plan: Plan, service: str) -> str:
    """The user of a service's present generation."""
    return next(each.usernames[-1] for each in plan.credentials if each.service == service)


async def service_login(plan: Plan, project: Path, api: Api, user: str) -> Mapping[str, str]:
    """librdkafka's settings for a user. Never show them: the password is among them. Raises LeveeError."""
    try:
        if plan.secrets.in_aws:
            return (await _of_secret(plan, project, api, user)).settings
        return read_login(project / plan.secrets.directory, user).settings
    except (UnusableLogin, FailedError) as error:
        raise LeveeError(f"the Kafka login of {user} can't be read: {error}", HELP) from None


async def _of_secret(plan: Plan, project: Path, api: Api, user: str) -> Login:
    name = secret_name(plan, user)
    answer = await api.call("secretsmanager", "get_secret_value", SecretId=name)
    kept = None
    with suppress(FailedError):
        kept = read_value(name, CredentialName.parse(user), answer)
    if kept is None:
        raise UnusableLogin(f"the secret {name} doesn't hold the password of {user}")
    ca_file = plan.cluster.security.ca_file
    ca_path = None if ca_file is None else str(project / ca_file)
    return Login.of_settings(
        librdkafka_settings(ClientConnection(plan.cluster.bootstrap, None), ca_path, user, kept.password)
    )
