"""What differs between declared and live, in words: the same wherever it was found, so that it is reported once."""

from __future__ import annotations

from collections.abc import Iterable

from levee.render.quantity import field_of_setting, value_of_setting


def gone(thing: str) -> str:
    """A thing that is declared isn't there."""
    return f"{thing} is gone"


def changed(thing: str, what: str, before: object, now: object) -> str:
    """A property was, or should be, one thing and is another."""
    return f"{thing}  {what} {before} → {now}"


def setting_changed(topic: str, key: str, before: object, now: object) -> str:
    """A setting of a topic was, or should be, one value and is another; None: the broker's default."""
    values = (value_of_setting(key, before), value_of_setting(key, now))
    return changed(f"topic {topic}", field_of_setting(key), *values)


def made_again(topic: str, recorded: object, found: object) -> str:
    """A topic isn't the one of its name that was recorded, by their ids."""
    return f"topic {topic} was deleted and made again: its records are gone (recorded {recorded}, found {found})"


def lost(user: str, right: object) -> str:
    """A user lacks what it was given."""
    return f"{user} lost {right}"


def undeclared(user: str, right: object) -> str:
    """A user has what nobody declared."""
    return f"{user} has {right}, undeclared"


def denied(user: str, right: object) -> str:
    """A user is forbidden something by an ACL of somebody else's."""
    return f"{user} is denied {right}"


def not_revoked(user: str) -> str:
    """A user should be gone."""
    return f"{user} should be revoked, and isn't altogether"


def no_password(user: str, mechanism: str) -> str:
    """A user can't log in."""
    return f"user {user} has no {mechanism} password on the cluster"


def other_rounds(user: str, found: int, declared: int) -> str:
    """A password is derived in fewer or more rounds than declared."""
    return f"user {user} has {found} iterations, not {declared}"


def other_password(user: str, mechanism: str) -> str:
    """A user can log in by a mechanism that isn't declared."""
    return f"user {user} has a password of another mechanism, {mechanism}"


def marked_by(thing: str, owners: Iterable[str]) -> str:
    """A thing is claimed by others."""
    return f"{thing} bears the mark of {', '.join(sorted(owners))}"


def unmarked(thing: str, owner: str) -> str:
    """A thing isn't claimed by its owner."""
    return f"{thing} doesn't bear the mark of its owner, {owner}"
