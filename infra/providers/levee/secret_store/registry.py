"""The kinds of secret store that ``secretStore.kind`` can name."""

from collections.abc import Callable, Mapping
from typing import Final

from infra.providers.fields import Fields
from infra.providers.levee.secret_store.contract import StoreLocation
from infra.providers.levee.secret_store.file_store import FileLocation
from infra.providers.levee.secret_store.secrets_manager import SecretsManagerLocation

ReadLocation = Callable[[Fields], StoreLocation | None]
"""Reads a ``secretStore`` object, noting problems in the fields; None if there are any or a value isn't
known.
"""

KINDS: Final[Mapping[str, ReadLocation]] = {
    "file": FileLocation.read,
    "secrets-manager": SecretsManagerLocation.read,
}
