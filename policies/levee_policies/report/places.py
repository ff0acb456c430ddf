"""Where in the files findings stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import NamedTuple

from levee.diagnostics import Location
from levee.loading.locate import SourceText
from levee.model.origin import Origin, Path
from levee.model.problem import Part
from levee_policies.finding import Finding


class Place(NamedTuple):
    """A region of a file, and its lines as they may be shown."""

    location: Location
    lines: tuple[str, ...]


Places = Mapping[Origin, Place]


def locate_findings(project: FilePath, findings: Iterable[Finding]) -> dict[Origin, Place]:
    """The place of every finding that has a file. Each file is read once; what a finding calls a secret isn't shown."""
    origins: dict[str, set[Origin]] = {}
    secret: dict[str, set[Path]] = {}
    for finding in findings:
        if finding.origin.file:
            origins.setdefault(finding.origin.file, set()).add(finding.origin)
        if finding.secret:
            secret.setdefault(finding.origin.file, set()).add(finding.origin.path)
    places: dict[Origin, Place] = {}
    for file in sorted(origins):
        if file.endswith(".py"):
            places.update((each, Place(_line_of(each), ())) for each in origins[file])
            continue
        text = SourceText.read(project, file, secret.get(file, ()))
        for origin in origins[file]:
            places[origin] = Place(*text.at(origin.path, Part.VALUE))
    return places


def _line_of(origin: Origin) -> Location:
    """Of an organization's own rule: the path is its line."""
    line = next((step for step in origin.path if isinstance(step, int)), 1)
    return Location(origin.file, line, 1, line, 1)


def below(folder: str, location: Location) -> Location:
    """A project's location, seen from where `folder` leads to the project: nothing, or a path that ends in a slash."""
    return replace(location, file=f"{folder}{location.file}")
