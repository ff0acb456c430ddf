"""What tells a thing in AWS from another of its name; see :mod:`levee_infra.providers.protocol.identity`.

What AWS gives a new one: a secret's ARN ends in six random characters, a role has an id, a data stream the time of its
creation, a key its id. A bucket has nothing of the kind (its creation date changes with its policy:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html), so levee tags it with a word of its own.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from levee_infra.providers.protocol.differences import Change, Difference
from levee_infra.providers.protocol.identity import RECREATED, THING_ID, MadeAnew, approval_of, recreated_difference
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value, reveal
from levee_infra.targets.aws.tags import MADE, STREAM, tags_of

UNMARKED: Final = "unmarked"
LOST_MARK: Final = f" Or somebody took its tag {MADE} away: then write it again, with what stands after the @."


def numbered(arn: str, number: object) -> str:
    """The identity of what has an ARN by its name, and something beside that no other has."""
    return f"{arn}@{number}"


def made_at(arn: str, moment: datetime) -> str:
    """The identity of what is distinguished by the time of its creation."""
    return numbered(arn, moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def new_mark() -> str:
    """A word for a thing that has nothing of its own to tell it by."""
    return secrets.token_hex(8)


def marked(arn: str, tags: Mapping[str, str]) -> str:
    """The identity of what levee marks by a tag."""
    return numbered(arn, tags.get(MADE, UNMARKED))


def is_marked(identity: object) -> bool:
    """Whether there is a mark."""
    return isinstance(identity, str) and not identity.endswith(f"@{UNMARKED}")


def made_anew(recorded: Recorded, live: Properties) -> str | None:
    """The identity of what is there, where it isn't the recorded thing. A state of before there were identities knows
    of none, and one whose mark was not written yet is the same once it is.
    """
    before, now = reveal(recorded.outputs.get(THING_ID)), reveal(live.get(THING_ID))
    return now if is_marked(before) and isinstance(now, str) and now != before else None


def remembered(recorded: Recorded, live: Properties) -> Properties:
    """The outputs of a thing that was read, less what would make its state forget which one it was."""
    outputs = {name: value for name, value in live.items() if name != RECREATED}
    found = made_anew(recorded, live)
    return outputs if found is None else {**outputs, THING_ID: recorded.outputs[THING_ID], RECREATED: found}


def identity_difference(recorded: Recorded) -> dict[str, Difference]:
    """A thing that was made anew is one, and so is a mark that is not written yet, until an update has recorded it."""
    if recreated := recreated_difference(recorded):
        return recreated
    identity = reveal(recorded.outputs.get(THING_ID))
    return {} if identity is None or is_marked(identity) else {THING_ID: Difference(Change.UPDATE, declared=False)}


def require_known(what: str, recorded: Recorded, new: Properties, found: Value) -> None:
    """Raise RefusedError for a thing that isn't the recorded one and that the inputs don't acknowledge."""
    if isinstance(found, str):
        _made_anew(what, recorded, new, found).require_acknowledged(new, THING_ID)


def _made_anew(what: str, recorded: Recorded, inputs: Properties, found: str) -> MadeAnew:
    way_out = approval_of(found, "the stream's file" if STREAM in tags_of(inputs) else "stack.yaml")
    doubt = "" if is_marked(found) else LOST_MARK
    return MadeAnew(what, recorded.outputs.get(THING_ID), found, way_out, doubt)
