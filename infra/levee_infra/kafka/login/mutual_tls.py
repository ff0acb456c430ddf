"""A client certificate alone, without SASL."""

from pathlib import Path
from typing import Any, Final

from levee.model.login import MutualTls
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.secrets import referred
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields


def declared(login: MutualTls, project: Path) -> dict[str, Any]:
    """In the words of a provider's configuration. `mutual-tls` is not published: it keeps ambient logins out."""
    locked = {} if login.key_password is None else referred("clientKeyPassphrase", login.key_password, project)
    return {
        "saslMechanism": "mutual-tls",
        "clientCert": str(project / login.certificate),
        "clientKey": str(project / login.key),
        **locked,
    }


def read(fields: Fields) -> None:
    """The connection has the certificate. Raises RefusedError where it hasn't."""
    if not (fields.has("clientCert") and fields.has("clientKey")):
        raise refused("saslMechanism", "saslMechanism mutual-tls needs clientCert and clientKey")


METHOD: Final = Method(None, (), declared, read)
