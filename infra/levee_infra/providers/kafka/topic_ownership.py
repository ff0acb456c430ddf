"""Whose a topic is: when one that exists is taken over, refused, or left when its record goes.

Another stack's, by that one's mark: never touched. Else taken over if it is as declared and no record was ever written
to it, or if somebody approved of it with a date. The own mark says only that an empty one is what a killed run made: it
outlives its topic, so one with records that isn't in the state may be anybody's. What was adopted isn't this stack's to
delete.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.topics import LiveTopic, Topics
from levee_infra.providers.kafka.topic_declaration import TopicDeclaration
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.on_removal import DELETE_ADOPTED, LET_GO, ON_REMOVAL
from levee_infra.providers.protocol.ownership import (
    ADOPTED,
    Mark,
    Marks,
    MarksUnavailableError,
    Standing,
    Thing,
    ThingKind,
    belongs_to_another,
    names,
    refuse_others,
    standing,
)
from levee_infra.providers.protocol.properties import Properties, reveal

OWNER: Final = "owner"
"""The property of a topic's record that names whose it is by its mark."""


class TopicOwnership:
    """Reads and writes the marks of topics for one owner; without an owner it only respects those of others."""

    def __init__(self, marks: Marks, topics: Topics) -> None:
        self._marks = marks
        self._topics = topics

    async def of(self, name: str) -> Standing:
        """How a topic stands to the owner. Raises FailedError."""
        return await standing(self._marks, _thing(name))

    async def refuse_others(self, name: str, *, exists: bool = False) -> Standing:
        """How a topic stands to the owner. Raises RefusedError where it is somebody else's.

        Of one that ``exists`` a mark is waited for, while lag may explain that it isn't shown.
        """
        found = await self.of(name)
        if exists and found.own is None and self._marks.owner is not None:
            found = await standing(self._marks, _thing(name), expected=Mark(self._marks.owner))
        refuse_others(self._marks, _thing(name), found)
        return found

    async def is_adoption(self, topic: TopicDeclaration, live: LiveTopic, found: Standing) -> bool:
        """Whether taking over a topic that is as declared adopts it, or only finishes what a killed run began.

        Raises RefusedError where it may not be adopted.
        """
        doubt = await self._doubt(live, found)
        if doubt and not topic.adopt:
            raise _not_adoptable(topic.name, doubt, self._marks.owner)
        return bool(doubt) or found.own is None or found.own.adopted

    def not_as_declared(self, name: str, differing: Sequence[str]) -> Exception:
        """The refusal of a topic that exists and differs from its declaration, with the way to take it over."""
        way_out = (
            f"To manage it, declare it as it is and run: {_IMPORT} {name}"
            if self._marks.owner is None
            else "If this stack shall answer for it from now on, change the stream's file to what the topic is: it is "
            f"taken over then if it never held a record, else once you write {_ADOPT}; else choose another name"
        )
        return refused(
            "name",
            f"topic {name} exists already and is not as declared: {', '.join(differing)}. Nothing was changed. "
            f"{way_out}",
        )

    async def _doubt(self, live: LiveTopic, found: Standing) -> str:
        """Why a topic that isn't in the state may be somebody else's."""
        if found.unavailable and self._marks.owner is not None:
            return f"whose it is can't be determined ({found.unavailable})"
        try:
            if not await self._topics.ever_held_records(live):
                return ""
        except BrokerError as error:
            return f"whether it ever held records can't be determined ({error})"
        if self._marks.owner is None:
            return "it holds records, or did"
        if found.own is None:
            return "it holds records, or did, and no stack has marked it as its own"
        return (
            "it holds records, or did, and this stack's state doesn't have it under this stream. It bears the stack's "
            "mark, but a mark outlives its topic: the state was lost, the stream has another key now, or somebody made "
            "the topic again"
        )

    async def claim(self, name: str, *, adopted: bool) -> None:
        """Write the mark, unless the cluster carries none. Raises RefusedError where somebody else was first."""
        if self._marks.owner is None:
            return
        with suppress(MarksUnavailableError):
            await self._marks.claim(_thing(name), adopted=adopted)

    async def release(self, name: str) -> None:
        """Remove the mark."""
        if self._marks.owner is None:
            return
        with suppress(MarksUnavailableError):
            await self._marks.release(_thing(name))

    async def may_delete(self, recorded: Recorded) -> bool:
        """Whether the topic goes when its record does; one that doesn't is let go of with its records.

        Raises FailedError where its marks contradict each other, or nobody here is an owner and somebody else is.
        """
        name, on_removal = recorded.id, reveal(recorded.inputs.get(ON_REMOVAL))
        found = await self.of(name)
        if found.others and (found.own is not None or self._marks.owner is None):
            raise FailedError(belongs_to_another(self._marks, _thing(name), found))
        if found.others or on_removal == LET_GO:
            return False
        is_adopted = is_marked_adopted(recorded.outputs) or (found.own is not None and found.own.adopted)
        return not is_adopted or on_removal == DELETE_ADOPTED

    async def declared_owner(self) -> str | None:
        """The owner that a topic's record shall name; None where nobody marks, or nobody can."""
        if self._marks.owner is None:
            return None
        return self._marks.owner if not (await self.of("")).unavailable else None

    async def live_owner(self, recorded: Recorded) -> str | None:
        """The owner of a recorded topic by its marks; as recorded where nobody can tell."""
        known, owner = reveal(recorded.outputs.get(OWNER)), self._marks.owner
        before = known if isinstance(known, str) else None
        if owner is None:
            return before
        expected = Mark(owner, adopted=is_marked_adopted(recorded.outputs)) if before == owner else None
        found = await standing(self._marks, _thing(recorded.id), expected=expected)
        if found.unavailable:
            return before
        if found.others:
            return names([*found.others, *([found.own] if found.own else [])])
        # An owner that isn't recorded yet is written with the next update, by whom it is declared.
        return owner if found.own is not None and before is not None else None


def is_marked_adopted(outputs: Properties) -> bool:
    """Whether a record says that its topic was there before the stack was."""
    return reveal(outputs.get(ADOPTED)) is True


def _thing(name: str) -> Thing:
    return Thing(ThingKind.TOPIC, name)


def _not_adoptable(name: str, why: str, owner: str | None) -> Exception:
    approval = f"take it over by `{_IMPORT} {name}`" if owner is None else f"write {_ADOPT}"
    return refused(
        "name",
        f"topic {name} exists already, and {why}. Nothing was changed. If this stack shall answer for it from now on, "
        f"{approval}; else choose another name",
    )


_IMPORT: Final = "pulumi import kafka:index/topic:Topic NAME"
_ADOPT: Final = "into the stream's file, dated and reviewed: `adopt: {on: …, approved_by: …, reason: …, ticket: …}`"
