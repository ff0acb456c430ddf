"""Whether a thing is still the one that was recorded: a name and all settings outlive it, its identity does not.

The recorded identity stays in the state whatever a refresh finds: the difference lasts until it is acknowledged.
"""

from dataclasses import dataclass
from typing import Final

from levee_infra.providers.protocol.differences import Change, Difference
from levee_infra.providers.protocol.failures import RefusedError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties

THING_ID: Final = "identity"
"""The output that tells one thing in a cloud from another of its name."""
RECREATED: Final = "recreatedAs"
"""The output that is there as long as another thing answers to the name: its identity."""
STAYS: Final = "let go of: it stays as it is, for it isn't the recorded one, which somebody deleted and made again"
"""What a provider says of a thing that its engine calls deleted."""
ACKNOWLEDGED: Final = "acknowledgedIds"
"""The input that lists the identities of things that may be taken for the recorded one."""


@dataclass(frozen=True, slots=True)
class MadeAnew:
    """Another thing than the recorded one. ``what`` names both, ``way_out`` says how to go on, ``doubt`` what else it
    may be.
    """

    what: str
    recorded: object
    found: str | None
    way_out: str
    doubt: str = ""

    def require_acknowledged(self, new: Properties, property_: str) -> None:
        """Raise RefusedError unless the inputs acknowledge it."""
        if self.found is None or self.found not in (known(Fields(new, what=self.what).texts(ACKNOWLEDGED)) or ()):
            raise self._refused(property_)

    def _refused(self, property_: str) -> RefusedError:
        return refused(property_, f"{self._fact} Nothing was changed. {self.way_out}")

    @property
    def _fact(self) -> str:
        return (
            f"{self.what} was deleted and made again by somebody else: recorded is {self.recorded}, the one that is "
            f"there is {self.found or 'without an id'}. What the recorded one held is gone.{self.doubt}"
        )


def recreated_difference(recorded: Recorded) -> dict[str, Difference]:
    """A thing that was made anew is one, until an update has recorded it."""
    return {RECREATED: Difference(Change.DELETE, declared=False)} if recorded.outputs.get(RECREATED) else {}


def approval_of(found: object, file: str) -> str:
    """What to write in which file to go on with the thing that was found."""
    return (
        f"To go on with it, write into {file}: approve: [{{change: recreated, identity: {found}, until: YYYY-MM-DD, "
        "approved_by: …, reason: …, ticket: …}], then run levee up"
    )
