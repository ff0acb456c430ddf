"""A secret store in a directory of this machine: for laptops, tests, CI and clusters of one's own.

For each credential there are two files, ``<user>.properties`` for librdkafka's clients and
``<user>.java.properties`` for Java's. The first is the record, the second is made from it. The certificate
authority that both name stands beside them in ``ca.pem``.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import ALPHABET, Password
from levee_infra.kafka.secret_store.client_settings import (
    ClientConnection,
    java_settings,
    librdkafka_settings,
    read_librdkafka,
    read_made,
    write_java,
    write_librdkafka,
    write_made,
)
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret, NewSecret
from levee_infra.kafka.secret_store.private_directory import PROPERTY, PrivateDirectory
from levee_infra.providers.protocol.batching import BRISK
from levee_infra.providers.protocol.failures import FailedError, RefusedError, refused
from levee_infra.providers.protocol.fields import Fields, known

CA_FILE: Final = "ca.pem"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FileLocation:
    """The directory of a file store: mode 0700, owned by the user who runs levee, made when first written to."""

    directory: Path

    @classmethod
    def read(cls, fields: Fields) -> Self | None:
        """Read ``secretStore: {kind: file, directory: …}``."""
        fields.only(("kind", "directory"))
        directory = known(fields.text("directory", required=True))
        if directory is None:
            return None
        path = Path(directory)
        if not path.is_absolute() or ".." in path.parts or not directory.isprintable():
            # A plugin's working directory is the engine's affair and differs from run to run.
            fields.refuse("directory", "must be an absolute path without ..")
            return None
        return cls(path)

    async def probe(self) -> None:
        """Refuse a directory that is there and isn't safe."""
        with contextlib.suppress(FileNotFoundError), PrivateDirectory(self.directory):
            pass

    def reference(self, name: CredentialName) -> str:
        """Say where the record of ``name`` is."""
        return f"file:{self.directory / _record(name)}"

    def open(self, connection: ClientConnection) -> "FileStore":
        """Return the store of this directory."""
        return FileStore(self, connection)


class FileStore:
    """Secrets as files; see the module. Its work is blocking and done on a thread."""

    pace = BRISK

    def __init__(self, location: FileLocation, connection: ClientConnection) -> None:
        self._location = location
        self._connection = connection
        self._ca_path = str(location.directory / CA_FILE) if connection.ca else None

    async def find(self, names: Sequence[CredentialName]) -> Sequence[KeptSecret | Exception | None]:
        """Look records up. A file that others could read or have put there is refused, never used."""
        return await asyncio.to_thread(self._find, names)

    async def keep(self, secrets: Sequence[NewSecret]) -> Sequence[KeptSecret | Exception]:
        """Write both files of each secret, whole or not at all, and flush them to the disk."""
        return await asyncio.to_thread(self._keep, secrets)

    async def forget(self, names: Sequence[CredentialName]) -> Sequence[Exception | None]:
        """Delete every file of these credentials, also what an interrupted write left."""
        return await asyncio.to_thread(self._forget, names)

    async def worth_finding(self) -> Sequence[CredentialName]:
        """None: a file is read at once."""
        return ()

    async def close(self) -> None:
        """Nothing is open between calls."""

    def _find(self, names: Sequence[CredentialName]) -> Sequence[KeptSecret | Exception | None]:
        try:
            with PrivateDirectory(self._location.directory) as directory:
                return _each(names, lambda name: self._find_one(directory, name))
        except FileNotFoundError:
            return [None] * len(names)

    def _find_one(self, directory: PrivateDirectory, name: CredentialName) -> KeptSecret | None:
        text = directory.read(_record(name))
        if text is None:
            return None
        settings = _parsed(text)
        password = Password(settings.get("sasl.password", ""))
        if settings.get("sasl.username") != self._connection.login(name.username) or not _is_plausible(password):
            path = directory.path / _record(name)
            raise refused(PROPERTY, f"{path} isn't a credential of {name} that levee wrote; move it away")
        made = read_made(text)
        wanted = self._files(NewSecret(name, password, made))
        found = {file: directory.read(file) for file in wanted}
        servers = set(settings.get("bootstrap.servers", "").split(","))
        if found == wanted:
            fit = Fit.CURRENT
        else:
            fit = Fit.OUTDATED if servers & set(self._connection.bootstrap_servers) else Fit.ELSEWHERE
        return KeptSecret(self._location.reference(name), password, fit, made=made)

    def _keep(self, secrets: Sequence[NewSecret]) -> Sequence[KeptSecret | Exception]:
        with PrivateDirectory.create(self._location.directory) as directory:
            answers = _each(secrets, lambda secret: self._keep_one(directory, secret))
            directory.flush()
            return answers

    def _keep_one(self, directory: PrivateDirectory, secret: NewSecret) -> KeptSecret:
        for file, text in self._files(secret).items():
            if file != CA_FILE or directory.read(file) != text:
                directory.write(file, text)
        return KeptSecret(self._location.reference(secret.name), secret.password, Fit.CURRENT, made=secret.made)

    def _forget(self, names: Sequence[CredentialName]) -> Sequence[Exception | None]:
        try:
            with PrivateDirectory(self._location.directory) as directory:
                answers = _each(names, lambda name: _forget_one(directory, name))
                directory.flush()
                return answers
        except FileNotFoundError:
            return [None] * len(names)

    def _files(self, secret: NewSecret) -> dict[str, str]:
        """Return every file that a secret needs, by name, in the order in which they are written."""
        arguments = (self._connection, self._ca_path, secret.name.username, secret.password)
        files = {CA_FILE: self._connection.ca} if self._connection.ca else {}
        return files | {
            _record(secret.name): write_made(secret.made) + write_librdkafka(librdkafka_settings(*arguments)),
            _java(secret.name): write_java(java_settings(*arguments)),
        }


def _record(name: CredentialName) -> str:
    return f"{name.username}.properties"


def _java(name: CredentialName) -> str:
    return f"{name.username}.java.properties"


def _parsed(text: str) -> dict[str, str]:
    try:
        return read_librdkafka(text)
    except ValueError:
        return {}


def _is_plausible(password: Password) -> bool:
    text = password.reveal()
    return len(text) >= 16 and set(text) <= set(ALPHABET)


def _forget_one(directory: PrivateDirectory, name: CredentialName) -> None:
    # The record goes last: as long as it is there, an interrupted run finds the credential again.
    directory.remove(_java(name))
    directory.remove(_record(name))


def _each(items: Sequence[Item], do: Callable[[Item], Result]) -> list[Result | Exception]:
    """Do it for every item; one item's failure is its own answer."""
    answers: list[Result | Exception] = []
    for item in items:
        try:
            answers.append(do(item))
        except (RefusedError, FailedError) as error:
            answers.append(error)
    return answers
