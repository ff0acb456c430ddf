"""What all ``levee:aws:*`` kinds have in common: how they are found again, taken over, compared and refused.

A kind says how its thing is looked up, made, altered and removed; here is the order that makes each of these safe to
repeat after a kill at any point, and that leaves others' things alone.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Final

from levee.clock import Clock
from levee.targets.aws.defaults import named
from levee_infra.providers.protocol.declared import Field, defaults_of, read_all
from levee_infra.providers.protocol.deletion import is_approved
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, Problem, RefusedError, refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.identity import ACKNOWLEDGED, RECREATED
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal
from levee_infra.providers.protocol.snapshot import Snapshot
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.arn_scope import check_arn
from levee_infra.targets.aws.kinds.identity import identity_difference, made_anew, remembered, require_known
from levee_infra.targets.aws.kinds.json_text import same_json
from levee_infra.targets.aws.kinds.rights import Rights
from levee_infra.targets.aws.kinds.shared import ARN, DELETION, DOCUMENT, TAGS, OwnArn
from levee_infra.targets.aws.tags import (
    IDENTITY,
    MANAGED_BY,
    PROJECT,
    RESOURCE,
    is_let_go,
    is_taken,
    refuse_foreign,
    refuse_taken,
    tags_of,
    tags_of_let_go,
    without_own,
)

UNJUDGED: Final = ("tags", "deletion", ACKNOWLEDGED)
"""Inputs that don't say how a thing is."""


@dataclass(frozen=True)
class Live:
    """A thing as AWS has it: its id in the state, inputs as they would be declared, and what only AWS decides."""

    id: str
    inputs: Properties = field(repr=False)
    outputs: Properties = field(default_factory=dict, repr=False)


class AwsKind(ResourceKind):
    """One kind of resource in one account and region, distinguished by tags.

    A change of an input that is ``fixed`` is refused, for it would need a replacement. A thing that holds data is
    deleted with a dated approval only; without one levee lets go of it: it stays as it is, tagged so.
    """

    what: ClassVar[str]
    """What it is, for messages: ``bucket``."""
    needs: ClassVar[Rights]
    """What its provider must be able to do in the account."""
    gives: ClassVar[tuple[Field, ...]] = (ARN,)
    found_by: ClassVar[tuple[str, ...]] = ("name",)
    """Inputs that ``look_for`` needs beside the tags."""
    holds_data: ClassVar[bool]
    has_tags: ClassVar[bool]
    _may_be_impossible: ClassVar[bool]
    _inputs: ClassVar[Mapping[str, Field]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        defaults = named(cls.token)
        cls.takes = tuple(replace(each, default=defaults.get(each.name, each.default)) for each in cls.takes)
        cls._inputs = {each.name: each for each in cls.takes}
        cls._may_be_impossible = any(each.grows != "" for each in cls.takes)
        cls.holds_data, cls.has_tags = DELETION.name in cls._inputs, TAGS.name in cls._inputs

    def __init__(self, api: Api, clock: Clock) -> None:
        self.api = api
        self.clock = clock

    # What a kind says

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """Note what is wrong with the inputs beside what is wrong with each by itself. ``given`` is what is known."""

    def with_defaults(self, new: Properties) -> Properties:
        """Complete the inputs with what they mean by leaving out."""
        return {**defaults_of(self.takes), **new}

    @abstractmethod
    async def look_for(self, new: Properties) -> Live | None:
        """Look for the thing that is declared, by its name or by its identity tags; None if there is none."""

    @abstractmethod
    async def look_at(self, resource_id: str) -> Live | None:
        """Look at the thing of that id; None if it is gone."""

    @abstractmethod
    async def make(self, new: Properties) -> Live:
        """Make it, tagged from its first moment on. It need not be complete: ``alter`` comes next."""

    @abstractmethod
    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Make the thing what is declared, wherever it differs. ``before`` is what was declared last: what is no longer
        declared goes, what somebody else added stays.
        """

    @abstractmethod
    async def remove(self, live: Live, recorded: Recorded) -> None:
        """Remove it."""

    async def outlives(self, live: Live, recorded: Recorded) -> bool:  # noqa: ARG002
        """Whether it stays when it is no longer declared."""
        return self.holds_data and not is_approved(recorded.inputs, self.clock.today())

    async def tag(self, live: Live, tags: Mapping[str, str], gone: Sequence[str]) -> None:
        """Set tags and take some away. Only what can stay needs it."""
        raise NotImplementedError

    def locked_until(self, live: Live, today: date) -> date | None:  # noqa: ARG002
        """When its last lock ends, at the latest, if nothing comes in from now on; None: it locks nothing."""
        return None

    async def identified(self, live: Live, new: Properties) -> Live:  # noqa: ARG002
        """Write what tells it from another of its name, where AWS has nothing of the kind."""
        return live

    def weaker(self, which: str, old: Mapping[str, Value], new: Properties) -> Iterator[Problem]:
        """Say how what is declared keeps less than what was declared, or is live."""
        for each in self.takes:
            before, now = reveal(old.get(each.name)), reveal(new.get(each.name))
            if each.grows and isinstance(before, int) and isinstance(now, int) and now < before:
                reason = f"can't be shortened from {before}, which is {which}, to {now}: {each.grows}; keep it"
                yield Problem(each.name, reason)

    def impossible(self, live: Live, new: Properties) -> Iterator[Problem]:
        """Say why what is there can't, or must not, become what is declared."""
        return self.weaker("live", live.inputs, new)

    # What all have in common

    async def check(self, declaration: Declaration) -> Properties:
        """Refuse all that is wrong at once, and what would need a replacement."""
        new = self.with_defaults(declaration.new)
        fields = Fields(new, what=f"the {self.what}")
        given = read_all(fields, self.takes)
        for each in self.takes:
            if isinstance(each, OwnArn):
                check_arn(fields, each.name, self.api.connection, each.form)
        self.check_fields(fields, given)
        for name in (each.name for each in self.takes if each.fixed):
            before, now = reveal(declaration.old.get(name)), reveal(new.get(name))
            if before is not None and is_known(now) and is_known(before) and before != now:
                fields.refuse(
                    name, f"can't change from {before} to {now}: declare a second one beside it, move, then remove it"
                )
        for problem in self.weaker("declared", declaration.old, new):
            fields.refuse(problem.property, problem.reason)
        fields.raise_problems()
        return new

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Another thing of its name is a difference; what may be taken for it is none."""
        found = await super().diff(recorded, new)
        kept = {path: each for path, each in found.items() if not path.startswith(ACKNOWLEDGED)}
        return {**kept, **identity_difference(recorded)}

    def can_rehearse(self, new: Properties) -> bool:
        """What it is found by is enough, such as a name: the ARN of a key may come later."""
        return all(is_known(new.get(name)) for name in (*self.found_by, "tags"))

    async def preview_create(self, new: Properties) -> Properties:
        """Refuse somebody else's thing of that name, and what it can't become."""
        live = await self.look_for(new)
        self._refuse_foreign(live, new)
        if live is not None:
            self._refuse_impossible(live, new)
        return {**new, **self.foreseen(new), **_arn(live.outputs if live else {})}

    def foreseen(self, new: Properties) -> Properties:  # noqa: ARG002
        """Outputs that follow from the inputs."""
        return {}

    async def create(self, new: Properties) -> Recorded:
        """Make it, or go on with what a killed run has left."""
        live = await self.look_for(new)
        self._refuse_foreign(live, new)
        if live is None:
            live = await self.make(new)
        return Recorded(live.id, new, await self._altered(live, new, {}))

    async def listed(self, resource_id: str) -> Live | None:  # noqa: ARG002
        """The thing of that id, where one listing that many share tells of it; it may be minutes old."""
        return None

    async def read(self, recorded: Recorded) -> Recorded | None:
        """As the list has it; where that doesn't show what is declared, as the thing itself says. In an import the live
        values become its inputs.
        """
        listed = await self.listed(recorded.id) if recorded.inputs else None
        if listed is not None:
            seen = remembered(recorded, self.seen(listed, recorded.inputs))
            found = Recorded(recorded.id, recorded.inputs, seen)
            if not await self.diff(found, recorded.inputs):
                return found
        live = await self.look_at(recorded.id)
        if live is None:
            return None
        inputs = recorded.inputs or self.with_defaults(_without_none(without_own(live.inputs)))
        return Recorded(live.id, inputs, remembered(recorded, self.seen(live, inputs)))

    def seen(self, live: Live, inputs: Properties) -> Properties:
        """What the state keeps of a thing that AWS has: those of its inputs that are declared, and what only AWS
        decides. A declared one that it lacks is left out, and so shows; what somebody added beside them doesn't.
        """
        seen = {name: self.seen_input(name, declared, live) for name, declared in inputs.items()}
        return _without_none({**seen, **live.outputs})

    def seen_input(self, name: str, declared: Value, live: Live) -> Value:
        """One declared input as AWS has it; None where it doesn't."""
        found = live.inputs.get(name)
        if name == "tags":
            names = tags_of({name: declared})
            return {tag: text for tag, text in tags_of(live.inputs).items() if tag in names}
        its = self._inputs.get(name)
        is_as_declared = its is not None and (its.write_only or (its.type is DOCUMENT and same_json(declared, found)))
        return declared if is_as_declared else found

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Its ARN stays, so what names it doesn't change with it. Refuse what it can't become, and another thing."""
        if self._may_be_impossible and (live := await self.look_at(recorded.id)) is not None:
            self._refuse_impossible(live, new)
        require_known(f"the {self.what} {recorded.id}", recorded, new, recorded.outputs.get(RECREATED))
        return {**new, **_arn(recorded.outputs)}

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Change it in place."""
        live = await self.look_at(recorded.id)
        if live is None:
            raise FailedError(f"the {self.what} {recorded.id} is gone; run again with --refresh to make it anew")
        require_known(f"the {self.what} {recorded.id}", recorded, new, made_anew(recorded, live.outputs))
        self._refuse_taken(live, recorded)
        return await self._altered(live, new, recorded.inputs)

    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove it, or let go of it. One that somebody made anew isn't this stack's: it stays, its tags too."""
        live = await self.look_at(recorded.id)
        if live is None or made_anew(recorded, live.outputs) is not None:
            return live is not None
        if await self.outlives(live, recorded):
            await self.let_go(live, recorded)
            return False
        self._refuse_taken(live, recorded)
        try:
            await self.remove(live, recorded)
        except AwsError:
            if await self.look_at(recorded.id) is not None:  # else a first attempt has removed it, and nobody answered
                raise
        return False

    async def let_go(self, live: Live, recorded: Recorded) -> None:
        """Leave it as it is, and tag it so that everybody sees that nobody manages it; once, and not where another
        stack has it by now.
        """
        identity = {name: text for name, text in tags_of(recorded.inputs).items() if name in (*IDENTITY, PROJECT)}
        if is_let_go(live.inputs) or is_taken(live.inputs, recorded.inputs):
            return
        today = self.clock.today()
        try:
            await self.tag(live, {**identity, **tags_of_let_go(today, self.locked_until(live, today))}, ())
        except FailedError as error:
            raise FailedError(
                f"the {self.what} {live.id} is kept and can't be let go of, for its tags can't be written; "
                f"nothing of it was changed: {error}"
            ) from None

    async def _altered(self, live: Live, new: Properties, before: Properties) -> Properties:
        try:
            self._refuse_impossible(live, new)
            live = await self.identified(live, new)
            await self.alter(live, new, before)
        except (RefusedError, FailedError) as failure:
            raise PartlyDoneError(live.id, self.seen(live, new), [f"not finished: {failure}"]) from None
        return _without_none({**new, **live.outputs})

    def _refuse_impossible(self, live: Live, new: Properties) -> None:
        if problems := [*self.impossible(live, new)]:
            raise RefusedError(*problems)

    def _refuse_taken(self, live: Live, recorded: Recorded) -> None:
        if self.has_tags:
            refuse_taken(f"the {self.what} {live.id}", live.inputs, recorded.inputs)

    def _refuse_foreign(self, live: Live | None, new: Properties) -> None:
        if live is None or not self.has_tags:
            return
        if is_let_go(live.inputs, new):
            self._refuse_different(live, new)
        else:
            refuse_foreign(f"the {self.what} {live.id}", live.inputs, new)

    def _refuse_different(self, live: Live, new: Properties) -> None:
        """What this stack let go of is taken back as it is, or not at all."""
        wanted = {name: value for name, value in new.items() if name not in UNJUDGED and is_known(value)}
        found = differences(wanted, self.seen(live, wanted), wanted)
        if found:
            raise refused(
                "name",
                f"levee let go of the {self.what} {live.id}, and it differs from what is declared in "
                f"{', '.join(sorted(found))}: declare it as it is; or, to have it changed, tag it {MANAGED_BY}=levee, "
                f"{RESOURCE}={tags_of(new).get(RESOURCE)}; or choose another name",
            )


def listing(load: Callable[[], Awaitable[Mapping[str, Live]]]) -> Snapshot[Mapping[str, Live]]:
    """A list of things by id. To a caller that may not list it tells of none, so that each is looked at by itself."""

    async def loaded() -> Mapping[str, Live]:
        try:
            return await load()
        except AwsError as error:
            if not error.is_denied:
                raise
            return {}

    return Snapshot(loaded)


def changed(live: Live, new: Mapping[str, Value], *names: str) -> bool:
    """Say whether any of these inputs differs from what AWS has."""
    return any(name in new and not same_json(new[name], live.inputs.get(name)) for name in names)


def _arn(outputs: Properties) -> Properties:
    return {name: value for name, value in outputs.items() if name == "arn"}


def _without_none(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if value is not None}
