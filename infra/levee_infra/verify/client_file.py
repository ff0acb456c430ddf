"""A service's own client settings, read where the service itself would read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.secret_store.client_settings import read_librdkafka
from levee_infra.kafka.secret_store.private_directory import PrivateDirectory
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.verify.login import Login, UnusableLogin

SUFFIX = ".properties"
JAVA_SUFFIX = ".java.properties"


def read_login(directory: Path, username: str) -> Login:
    """The login in a credential's file. Raises UnusableLogin saying which file is wrong and why."""
    path = directory / f"{username}{SUFFIX}"
    try:
        with PrivateDirectory(directory) as folder:
            text = folder.read(path.name)
        if text is None:
            raise UnusableLogin("there is no such file")
        login = Login.of_settings(read_librdkafka(text))
    except FileNotFoundError:
        raise UnusableLogin(f"{directory}: there is no such secret store; `levee up` makes it") from None
    except (UnusableLogin, RefusedError, ValueError) as error:
        raise UnusableLogin(f"{path}: {error}") from None
    if login.username != username:
        raise UnusableLogin(f"{path}: it is the file of {login.username}")
    return login


def kept_credentials(directory: Path) -> Iterator[CredentialName]:
    """Every credential that has a file, whether it should or not."""
    try:
        names = sorted(entry.name for entry in directory.iterdir())
    except OSError:
        return  # the reader of a file there says what is wrong
    for name in names:
        if name.endswith(SUFFIX) and not name.endswith(JAVA_SUFFIX):
            try:
                yield CredentialName.parse(name.removesuffix(SUFFIX))
            except ValueError:
                continue
