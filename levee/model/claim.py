"""A name that a stack holds for itself alone."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from levee.model.name import NamePattern
from levee.model.origin import Origin


class Kind(StrEnum):
    """What is claimed, as a sentence names it."""

    TOPIC = "topic"
    SERVICE = "service"
    GROUP = "group"
    TRANSACTIONAL_ID = "transactional id"
    CREDENTIAL_FILE = "credential file"
    ARCHIVE = "archive"
    ROLE = "role"
    ALARM = "alarm"
    SECRET = "secret"  # noqa: S105 - a word
    SECRET_PREFIX = "secret prefix"  # noqa: S105 - a word
    LOG_GROUP = "log group"


class Claim(NamedTuple):
    """A name, or all names that begin so, that `holder` claims for itself at `place`. `what` is how it is told."""

    kind: Kind
    place: str
    pattern: NamePattern
    holder: str
    what: str
    origin: Origin


class AccountClaim(NamedTuple):
    """A name in the stack's account, or in that and its region."""

    kind: Kind
    name: str
    origin: Origin
    in_region: bool = True
