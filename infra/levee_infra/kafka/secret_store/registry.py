"""The kinds of secret store that ``secretStore.kind`` can name."""

from collections.abc import Callable, Mapping
from typing import Final

from levee_infra.kafka.secret_store.contract import StoreLocation
from levee_infra.kafka.secret_store.file_store import FileLocation
from levee_infra.providers.protocol.fields import Fields
from levee_infra.targets.aws.secrets_manager import SecretsManagerLocation

ReadLocation = Callable[[Fields], StoreLocation | None]
"""Reads a ``secretStore`` object, noting problems in the fields; None if there are any or a value isn't
known.
"""

KINDS: Final[Mapping[str, ReadLocation]] = {
    "file": FileLocation.read,
    "secrets-manager": SecretsManagerLocation.read,
}
