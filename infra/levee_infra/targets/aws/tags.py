"""The tags by which levee knows its own, and by which owners and auditors find theirs.

Every resource carries which stack it is of, which resource of it, that levee manages it, and whose it is. A run that
was killed left things that no state tells of: the tags say whether what is found by a name is that, or somebody else's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from levee.targets.aws.form import tag_value_problem
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import Properties, Unknown, Value, is_known, reveal

MANAGED_BY: Final = "levee:managed-by"
STACK: Final = "levee:stack"
PROJECT: Final = "levee:project"
"""The stack's project: another project may have a stack of that name in the account."""
RESOURCE: Final = "levee:resource"
"""The resource's name in its stack."""

STREAM: Final = "levee:stream"
"""The stream's key, on what belongs to one."""

IDENTITY: Final = (MANAGED_BY, STACK, RESOURCE)
MADE: Final = "levee:made"
"""A word that tells a thing from a later one of its name, where AWS has none; levee makes it up."""

LET_GO: Final = "nobody"
"""Who manages what levee let go of. Its other tags stay as they were."""
RELEASED: Final = "levee:released"
"""The day (UTC) on which levee let go of it."""
LOCKED_UNTIL: Final = "levee:locked-until"
"""The day (UTC) on which the last lock in it ends, at the latest."""

OWN: Final = (MADE, RELEASED, LOCKED_UNTIL)
"""Those that levee itself adds to what is declared."""
MOST: Final = 50 - len(OWN)
LONGEST_KEY: Final = 128  # https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html


def read_tags(fields: Fields, name: str, *, required: bool = True) -> Mapping[str, str | Unknown] | Unknown | None:
    """Read declared tags, noting what is wrong with them."""
    tags = fields.mapping(name)
    if tags is None and required:
        fields.refuse(name, f"must name at least {', '.join(IDENTITY)}")
    if tags is None or isinstance(tags, Unknown):
        return tags
    for tag in IDENTITY:
        if tag not in tags:
            fields.refuse(name, f"needs {tag}: by it levee finds again what a killed run made")
    if len(tags) > MOST:
        fields.refuse(name, f"are {len(tags)}, AWS takes 50, of which {len(OWN)} are levee's: declare {MOST} at most")
    for tag, value in tags.items():
        if not tag or len(tag) > LONGEST_KEY or tag.lower().startswith("aws:") or tag_value_problem(tag):
            fields.refuse(name, f"{tag[:LONGEST_KEY]} is no tag that AWS takes")
        elif not isinstance(value, Unknown) and (reason := tag_value_problem(value)):
            fields.refuse(name, f"{tag} {reason}")
    return tags


def tags_of(properties: Mapping[str, Value]) -> dict[str, str]:
    """Return declared or recorded tags."""
    tags = reveal(properties.get("tags"))
    return {key: str(value) for key, value in tags.items()} if isinstance(tags, dict) and is_known(tags) else {}


def without_own(properties: Properties) -> Properties:
    """The properties without the tags that levee adds of its own accord."""
    if "tags" not in properties:
        return properties
    return {**properties, "tags": {name: text for name, text in tags_of(properties).items() if name not in OWN}}


def is_own(live: Properties, new: Properties) -> bool:
    """Say whether what is there is what this stack made for this resource."""
    there, declared = tags_of(live), tags_of(new)
    return all(there.get(name) == declared.get(name) for name in (*IDENTITY, PROJECT))


def is_let_go(live: Properties, new: Properties | None = None) -> bool:
    """Say whether levee let go of what is there, and it was of the same stack as `new`."""
    tags = tags_of(live)
    return tags.get(MANAGED_BY) == LET_GO and (new is None or owner_of(live) == owner_of(new))


def tags_of_let_go(today: date, locked_until: date | None) -> dict[str, str]:
    """The tags that say that nobody manages it any more, since when, and until when it is locked."""
    locked = {} if locked_until is None else {LOCKED_UNTIL: locked_until.isoformat()}
    return {MANAGED_BY: LET_GO, RELEASED: today.isoformat(), **locked}


def refuse_foreign(what: str, live: Properties, new: Properties) -> None:
    """Raise RefusedError where what is there isn't what this stack made for this resource."""
    if is_own(live, new):
        return
    tags, declared = tags_of(live), tags_of(new)
    whose = owner_of(live)
    owner = f"it is {tags.get(RESOURCE)} of stack {whose}" if whose else "levee did not make it"
    if is_let_go(live):
        owner = f"stack {whose} let go of it on {tags.get(RELEASED)}"
    wanted = ", ".join(f"{name}={declared[name]}" for name in (*IDENTITY, PROJECT) if name in declared)
    raise refused("name", f"{what} exists and {owner}; if it is meant, tag it {wanted}; else choose another name")


def owner_of(properties: Mapping[str, Value]) -> str | None:
    """The owner that the tags name, as ``<project>/<stack>``; the stack alone in those of an older levee."""
    tags = tags_of(properties)
    return "/".join(tags[name] for name in (PROJECT, STACK) if name in tags) or None


def is_taken(live: Properties, recorded: Properties) -> bool:
    """Say whether the tags name another owner than is recorded; lost tags name none."""
    there, known = tags_of(live), tags_of(recorded)
    return any(name in there and name in known and there[name] != known[name] for name in (PROJECT, STACK))


def refuse_taken(what: str, live: Properties, recorded: Properties) -> None:
    """Raise RefusedError where another owner has taken what is recorded."""
    if is_taken(live, recorded):
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
        name for name in {*then, RELEASED, LOCKED_UNTIL} - now.keys() if name in there
    )
