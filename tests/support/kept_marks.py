"""Marks of ownership in memory: what topics and users are decided by, without a cluster."""

from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.ownership import Mark, MarksUnavailableError, Thing, refused_for, standing


class KeptMarks:
    """The marks of one platform as one owner has them; ``unavailable`` says why it carries none."""

    def __init__(self, owner: str | None = None, unavailable: str = "") -> None:
        self.owner = owner
        self.unavailable = unavailable
        self.kept: dict[Thing, frozenset[Mark]] = {}

    def put(self, thing: Thing, *marks: Mark) -> None:
        self.kept[thing] = frozenset(marks)

    async def on(self, thing: Thing, *, expected: Mark | None = None) -> frozenset[Mark]:
        if self.unavailable:
            raise MarksUnavailableError(self.unavailable)
        return self.kept.get(thing, frozenset())

    async def claim(self, thing: Thing, *, adopted: bool = False) -> None:
        found = await standing(self, thing)
        if found.unavailable:
            raise MarksUnavailableError(found.unavailable)
        if found.others:
            refusal: RefusedError = refused_for(self, thing, found)
            raise refusal
        assert self.owner is not None
        before = (mark for mark in self.kept.get(thing, ()) if not adopted or mark.owner != self.owner)
        self.put(thing, *before, Mark(self.owner, adopted))

    async def release(self, thing: Thing) -> None:
        self.put(thing, *(mark for mark in self.kept.get(thing, ()) if mark.owner != self.owner))

    def removal(self, thing: Thing, mark: Mark) -> str:
        return f"remove {mark.owner} from {thing}"
