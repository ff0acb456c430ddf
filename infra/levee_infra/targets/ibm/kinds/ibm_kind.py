"""What all ``levee:ibm:*`` kinds have in common: how they are found again, adopted, compared and removed.

IBM gives these things no tags. One of a stack's own is known by a text that levee wrote into it, its ``mark``: a killed
run's is gone on with. One without it is adopted if it is exactly as declared, and is not levee's to delete.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from levee_infra.providers.protocol.declared import BOOLEAN, Field, read_all
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, RefusedError, refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal
from levee_infra.targets.ibm.api import Api

ADOPTED: Final = "adopted"
IS_ADOPTED: Final = Field(ADOPTED, "True where the thing was there before levee declared it.", BOOLEAN)


@dataclass(frozen=True)
class Live:
    """A thing as IBM has it: its id in the state, inputs as they would be declared, and what only IBM decides."""

    id: str
    inputs: Properties = field(repr=False)
    outputs: Properties = field(default_factory=dict, repr=False)
    etag: str = ""


class IbmKind(ResourceKind):
    """One kind of resource in one account.

    An input that is ``fixed`` can't change: that would need a replacement. The input ``mark`` says whose it is.
    """

    what: ClassVar[str]
    """What it is, for messages: ``authorization``."""
    gives: ClassVar[tuple[Field, ...]] = (IS_ADOPTED,)
    mark: ClassVar[str | None]
    """The input that says whose it is; None: nothing does, and what levee didn't just make is adopted."""

    def __init__(self, api: Api) -> None:
        self.api = api

    # What a kind says

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """Note what is wrong with the inputs beside what is wrong with each by itself. ``given`` is what is known."""

    @abstractmethod
    async def look_for(self, new: Properties) -> Live | None:
        """Look for the thing that is declared. None where none is shown, which need not mean that there is none."""

    @abstractmethod
    async def look_at(self, recorded: Recorded) -> Live | None:
        """Look at the thing of that id; None if it is gone."""

    @abstractmethod
    async def make(self, new: Properties) -> Live:
        """Make it, or answer the one that IBM says is there already."""

    @abstractmethod
    async def alter(self, live: Live, new: Properties) -> Live:
        """Make it what is declared, in place."""

    @abstractmethod
    async def remove(self, live: Live) -> None:
        """Remove it; one that is gone already is fine."""

    def stored_otherwise(self, live: Live, new: Properties) -> str | None:  # noqa: ARG002
        """Say what IBM kept otherwise than it was asked for, without an error."""
        return None

    # What all have in common

    async def check(self, declaration: Declaration) -> Properties:
        """Refuse all that is wrong at once, and what would need a replacement."""
        new = _without_none(declaration.new)
        fields = Fields(new, what=f"the {self.what}")
        self.check_fields(fields, read_all(fields, self.takes))
        for name in (each.name for each in self.takes if each.fixed):
            before, now = reveal(declaration.old.get(name)), reveal(new.get(name))
            if name in declaration.old and is_known(now) and is_known(before) and before != now:
                fields.refuse(
                    name, f"can't change from {before} to {now}: declare a second one beside it, move, then remove it"
                )
        fields.raise_problems()
        return new

    async def preview_create(self, new: Properties) -> Properties:
        """Refuse what is there and differs."""
        self._acceptable(await self.look_for(new), new)
        return new

    async def create(self, new: Properties) -> Recorded:
        """Make it, go on with what a killed run has left, or adopt what is exactly as declared."""
        found = await self.look_for(new)
        self._acceptable(found, new)
        live = await self.make(new) if found is None else found
        self._acceptable(live, new)
        is_made = self.mark is None and found is None
        adopted: Properties = {} if is_made or self._is_own(live, new) else {ADOPTED: True}
        return Recorded(live.id, new, {**await self._altered(live, new), **adopted})

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare values; an adopted thing keeps the mark that it has."""
        found = await super().diff(recorded, new)
        if recorded.outputs.get(ADOPTED):
            found = {name: each for name, each in found.items() if name != self.mark}
        return found

    async def read(self, recorded: Recorded) -> Recorded | None:
        """As IBM has it. In an import the live values become its inputs."""
        live = await self.look_at(recorded)
        if live is None:
            return None
        kept = {ADOPTED: True} if recorded.outputs.get(ADOPTED) or not recorded.inputs else {}
        inputs = recorded.inputs or live.inputs
        seen = {name: live.inputs.get(name) for name in inputs}
        return Recorded(live.id, inputs, {**_without_none(seen), **live.outputs, **kept})

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Change it in place."""
        live = await self.look_at(recorded)
        if live is None:
            raise FailedError(f"the {self.what} {recorded.id} is gone; run again with --refresh to make it anew")
        kept: Properties = {ADOPTED: True} if recorded.outputs.get(ADOPTED) else {}
        return {**await self._altered(live, new), **kept}

    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove it. What was adopted stays as it is."""
        if recorded.outputs.get(ADOPTED):
            return None
        live = await self.look_at(recorded)
        if live is not None:
            await self.remove(live)
        return None

    async def _altered(self, live: Live, new: Properties) -> Properties:
        try:
            if self._differing(live, new):
                live = await self.alter(live, new)
        except (RefusedError, FailedError) as failure:
            raise PartlyDoneError(live.id, {**live.inputs, **live.outputs}, [f"not finished: {failure}"]) from None
        if reason := self.stored_otherwise(live, new):
            raise PartlyDoneError(live.id, {**live.inputs, **live.outputs}, [reason])
        return {**new, **live.outputs}

    def _is_own(self, live: Live, new: Properties) -> bool:
        return self.mark is not None and live.inputs.get(self.mark) == new[self.mark]

    def _differing(self, live: Live, new: Properties) -> list[str]:
        """Names of inputs that IBM has otherwise; of a thing that isn't levee's, its mark is none of them."""
        declared = {name: value for name, value in new.items() if is_known(value) and name != self.mark}
        return sorted(differences(declared, live.inputs, declared))

    def _acceptable(self, live: Live | None, new: Properties) -> None:
        if live is None or self._is_own(live, new):
            return
        if differing := self._differing(live, new):
            raise refused(
                differing[0],
                f"the {self.what} {live.id} is there, levee didn't make it, and it differs from what is declared in "
                f"{', '.join(differing)}: declare it as it is, or have its owner change or remove it",
            )


def _without_none(properties: Mapping[str, Value]) -> Properties:
    return {name: value for name, value in properties.items() if value is not None}
