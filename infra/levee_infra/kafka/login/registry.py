"""Every way to log in, by its name in a provider's configuration. A new one is a module and a line in each list."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from levee.model.login import IbmIam, Login, MskIam, MutualTls, OAuth, Plain, Scram
from levee_infra.kafka.login import ibm_iam, msk_iam, mutual_tls, oauth
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.password import by_password

METHODS: Final[Mapping[str, Method]] = {
    "plain": by_password("plain", "PLAIN"),
    "scram-sha256": by_password("scram-sha256", "SCRAM-SHA-256"),
    "scram-sha512": by_password("scram-sha512", "SCRAM-SHA-512"),
    "oauthbearer": oauth.METHOD,
    "aws-iam": msk_iam.METHOD,
    "ibm-iam": ibm_iam.METHOD,
    "mutual-tls": mutual_tls.METHOD,
}
"""By the published name; `ibm-iam` and `mutual-tls` are ours."""

_WORDS: Final = {
    Plain: "plain",
    OAuth: "oauthbearer",
    MskIam: "aws-iam",
    IbmIam: "ibm-iam",
    MutualTls: "mutual-tls",
}


def declared(login: Login, project: Path) -> dict[str, Any]:
    """A stack's login in the words of a provider's configuration."""
    word = login.mechanism.lower().replace("sha-", "sha") if isinstance(login, Scram) else _WORDS[type(login)]
    return METHODS[word].declared(login, project)


def method_of(named: str) -> Method | None:
    """The method of a name, the published one or, of a password's, Kafka's."""
    return METHODS.get(named.lower()) or METHODS.get(named.lower().replace("sha-", "sha"))
