"""Where the records of a stream may be: what its class says, and the classes whose dead letters come to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from levee.catalog.region import countries_in
from levee.model.data_class import DataClass
from levee.plan.planned import Plan


@dataclass(frozen=True, slots=True)
class Confinement:
    """The countries that every jurisdiction rule allows, and the class that narrowed them last, with its own words."""

    countries: frozenset[str]
    by: str
    jurisdictions: tuple[str, ...]

    def narrowed(self, other: Confinement) -> Confinement:
        """What both allow; itself where the other takes nothing away."""
        if self.countries <= other.countries:
            return self
        return Confinement(self.countries & other.countries, other.by, other.jurisdictions)


def confinements(plan: Plan) -> Mapping[str | None, Confinement]:
    """By stream, and under None what all streams together allow. What is confined to nothing isn't there.

    A dead letter is a record of the class that it comes from. Each stream is looked at again only when it lost a
    country, of which there are few.
    """
    classes = {each.name: _of_class(each) for each in plan.classes}
    found: dict[str | None, Confinement] = {}
    for topic in plan.topics:
        own = classes.get(topic.data_class)
        if own is not None:
            found[topic.stream] = own
    letters: defaultdict[str, list[str]] = defaultdict(list)
    for sink in plan.sinks:
        if sink.sink.dead_letter is not None:
            letters[sink.stream].append(sink.sink.dead_letter)
    waiting = [stream for stream in found if stream in letters]
    while waiting:
        stream = waiting.pop()
        if stream is None:
            continue
        for target in letters[stream]:
            before = found.get(target)
            after = found[stream] if before is None else before.narrowed(found[stream])
            if after is not before:
                found[target] = after
                waiting.append(target)
    everything: Confinement | None = None
    for each in found.values():
        everything = each if everything is None else everything.narrowed(each)
    return found if everything is None else {**found, None: everything}


def _of_class(data_class: DataClass) -> Confinement | None:
    if not data_class.jurisdictions:
        return None
    countries = frozenset[str]().union(*(countries_in(each) for each in data_class.jurisdictions))
    return Confinement(countries, data_class.name, data_class.jurisdictions)
