"""The tags by which levee knows its own, and by which owners and auditors find theirs.

Every resource carries which stack it is of, which resource of it, that levee manages it, and whose it is. A run that
was killed left things that no state tells of: the tags say whether what is found under a name is that, or a stranger's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.providers.failures import refused
from infra.providers.fields import Fields
from infra.providers.properties import Properties, Unknown, Value, is_known, reveal

MANAGED_BY: Final = "levee:managed-by"
STACK: Final = "levee:stack"
PROJECT: Final = "levee:project"
"""The stack's project: another project may have a stack of that name in the account."""
RESOURCE: Final = "levee:resource"
"""The resource's name in its stack."""

IDENTITY: Final = (MANAGED_BY, STACK, RESOURCE)
MOST: Final = 50
LONGEST_KEY, LONGEST_VALUE = 128, 256  # https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html


def check_tags(fields: Fields) -> None:
    """Note what is wrong with the declared tags."""
    tags = fields.mapping("tags")
    if tags is None:
        fields.refuse("tags", f"must name at least {', '.join(IDENTITY)}")
    if tags is None or isinstance(tags, Unknown):
        return
    for name in IDENTITY:
        if name not in tags:
            fields.refuse("tags", f"needs {name}: by it levee finds again what a killed run made")
    if len(tags) > MOST:
        fields.refuse("tags", f"are {len(tags)}, AWS takes {MOST}")
    for name, value in tags.items():
        too_long = not isinstance(value, Unknown) and len(value) > LONGEST_VALUE
        if not name or len(name) > LONGEST_KEY or name.lower().startswith("aws:") or too_long:
            fields.refuse("tags", f"{name[:LONGEST_KEY]} is no tag that AWS takes, or its value is too long")


def tags_of(properties: Mapping[str, Value]) -> dict[str, str]:
    """Return declared or recorded tags."""
    tags = reveal(properties.get("tags"))
    return {key: str(value) for key, value in tags.items()} if isinstance(tags, dict) and is_known(tags) else {}


def is_own(live: Properties, new: Properties) -> bool:
    """Say whether what is there is what this stack made for this resource."""
    there, declared = tags_of(live), tags_of(new)
    return all(there.get(name) == declared.get(name) for name in (*IDENTITY, PROJECT))


def refuse_stranger(what: str, live: Properties, new: Properties) -> None:
    """Raise RefusedError where what is there isn't what this stack made for this resource."""
    if is_own(live, new):
        return
    tags, declared = tags_of(live), tags_of(new)
    whose = owner_of(live)
    owner = f"it is {tags.get(RESOURCE)} of stack {whose}" if whose else "levee did not make it"
    wanted = ", ".join(f"{name}={declared[name]}" for name in (*IDENTITY, PROJECT) if name in declared)
    raise refused("name", f"{what} exists and {owner}; if it is meant, tag it {wanted}; else choose another name")


def owner_of(properties: Mapping[str, Value]) -> str | None:
    """The owner that the tags name, as ``<project>/<stack>``; the stack alone in those of an older levee."""
    tags = tags_of(properties)
    return "/".join(tags[name] for name in (PROJECT, STACK) if name in tags) or None


def refuse_taken(what: str, live: Properties, recorded: Properties) -> None:
    """Raise RefusedError where tags were changed so that they name another owner than is recorded; lost tags are
    written again.
    """
    there, known = tags_of(live), tags_of(recorded)
    if any(name in there and name in known and there[name] != known[name] for name in (PROJECT, STACK)):
        raise refused(
            "tags",
            f"{what} belongs to {owner_of(live)} by its tags, and to {owner_of(recorded)} by the state. Nothing was "
            f"changed. If it is still this stack's, put its tags back: {PROJECT}, {STACK}",
        )


def from_list(tags: Sequence[Mapping[str, Any]], key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Read tags as most services list them; the cloud's own (``aws:``) are left out."""
    return {tag[key]: tag[value] for tag in tags if not tag[key].startswith("aws:")}


def to_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Write tags as most services take them."""
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def tag_changes(live: Properties, new: Properties, before: Properties) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set and the names of those to take away; those that somebody else added stay."""
    now, then, there = tags_of(new), tags_of(before), tags_of(live)
    return {name: value for name, value in now.items() if there.get(name) != value}, sorted(
        name for name in then.keys() - now.keys() if name in there
    )
