"""The levee provider: one plugin for every platform that levee makes resources on."""

import json
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import version
from typing import Any

from levee.clock import Clock
from levee_infra.providers.protocol.failures import FailedError, Problem, RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, Unknown
from levee_infra.targets.platforms import PLATFORMS

WHAT = "the levee provider configuration"


class LeveeProvider(PluginProvider):
    """Serves ``levee:*`` resources. Its configuration has a section for each platform, all of them optional; a
    resource of a platform that isn't configured is refused.
    """

    name = "levee"
    version = version("levee")

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def schema(self) -> str:
        """Return the package schema, put together from one file for each kind of resource."""
        package: dict[str, Any] = {"name": self.name, "version": self.version}
        for part in _schema_parts():
            package = _joined(package, part)
        return json.dumps(package, indent=2, sort_keys=True)

    def check_config(self, config: Properties) -> None:
        """Validate every section."""
        problems: list[Problem] = []
        for name, section in self._sections(config).items():
            try:
                PLATFORMS[name].check(section)
            except RefusedError as refusal:
                problems.extend(_within(name, refusal))
        if problems:
            raise RefusedError(*problems)

    def configure(self, config: Properties) -> Package:
        """Make the resources of every section."""
        packages = []
        for name, section in self._sections(config).items():
            try:
                packages.append(PLATFORMS[name].open(section, self._clock))
            except RefusedError as refusal:
                raise RefusedError(*_within(name, refusal)) from None

        async def close() -> None:
            for package in packages:
                await package.close()

        return Package(kinds=tuple(kind for package in packages for kind in package.kinds), close=close)

    def _sections(self, config: Properties) -> dict[str, Properties]:
        """Return the sections that are known. Raises RefusedError for what is none."""
        fields = Fields(config, what=WHAT)
        fields.only((*PLATFORMS, "version", "pluginDownloadURL"))
        sections = {name: fields.nested(name) for name in PLATFORMS}
        fields.raise_problems()
        return {
            name: section
            for name, section in sections.items()
            if section is not None and not isinstance(section, Unknown)
        }


def _schema_parts() -> Iterator[dict[str, Any]]:
    folder = resources.files("levee_infra.providers.levee") / "schema"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        part = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(part, dict):
            raise FailedError(f"{file.name} is no part of a schema")
        yield part


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Join two parts of a schema; where both have an object, the objects are joined."""
    shared = {key: _joined(one[key], other[key]) for key in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _within(name: str, refusal: RefusedError) -> Iterator[Problem]:
    for problem in refusal.problems:
        yield Problem(f"{name}.{problem.property}" if problem.property else name, problem.reason)
