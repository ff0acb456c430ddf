"""Whether a thing is still the one that was recorded: a name and all settings outlive it, its identity does not.

The recorded one stays in the state whatever a refresh finds, so that the difference lasts until it is acknowledged.
What AWS gives a new one: a secret's ARN ends in six random characters, a role has an id, a data stream the time of its
creation, a key its id. A bucket has nothing of the kind (its creation date changes with its policy:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html), so levee tags it with a word of its own.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from infra.providers.differences import Change, Difference
from infra.providers.failures import FailedError, RefusedError, refused
from infra.providers.fields import Fields, known
from infra.providers.kind import Recorded
from infra.providers.levee.aws.tags import MADE, STREAM, tags_of
from infra.providers.properties import Properties, reveal

THING_ID: Final = "identity"
RECREATED: Final = "recreatedAs"
"""The output that is there as long as another thing answers to the name: its identity."""
ACKNOWLEDGED: Final = "acknowledgedIds"
"""The input that lists the identities of things that may be taken for the recorded one."""

UNMARKED: Final = "unmarked"
LOST_MARK: Final = f" Or somebody took its tag {MADE} away: then write it again, with what stands after the @."


def numbered(arn: str, number: object) -> str:
    """The identity of what has an ARN by its name, and something beside that no other has."""
    return f"{arn}@{number}"


def made_at(arn: str, moment: datetime) -> str:
    """The identity of what is told apart by the time of its creation."""
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
    if recorded.outputs.get(RECREATED):
        return {RECREATED: Difference(Change.DELETE, declared=False)}
    identity = reveal(recorded.outputs.get(THING_ID))
    return {} if identity is None or is_marked(identity) else {THING_ID: Difference(Change.UPDATE, declared=False)}


def require_known(what: str, recorded: Recorded, new: Properties, found: object) -> None:
    """Raise RefusedError for a thing that isn't the recorded one and that the inputs don't acknowledge."""
    if found is None or found in (known(Fields(new, what=what).texts(ACKNOWLEDGED)) or ()):
        return
    raise refused(THING_ID, f"{_made_anew(what, recorded, found)} Nothing was changed. {_way_out(new, found)}")


def require_recorded(what: str, recorded: Recorded, found: object) -> None:
    """Raise FailedError before a thing goes that isn't the recorded one."""
    try:
        require_known(what, recorded, recorded.inputs, found)
    except RefusedError:
        raise FailedError(
            f"{_made_anew(what, recorded, found)} It is not deleted: whoever made it may need it. "
            f"{_way_out(recorded.inputs, found)}"
        ) from None


def _made_anew(what: str, recorded: Recorded, found: object) -> str:
    return (
        f"{what} was deleted and made again by somebody else: recorded is {recorded.outputs.get(THING_ID)}, the one "
        f"that is there is {found}. What the recorded one held is gone.{'' if is_marked(found) else LOST_MARK}"
    )


def _way_out(inputs: Properties, found: object) -> str:
    file = "the stream's file" if STREAM in tags_of(inputs) else "stack.yaml"
    return (
        f"To go on with it, write into {file}: approve: [{{change: recreated, identity: {found}, until: YYYY-MM-DD, "
        "approved_by: …, reason: …, ticket: …}]"
    )
