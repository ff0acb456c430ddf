"""The levee provider: one plugin for every platform that levee makes resources on."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from levee.clock import Clock
from levee_infra.providers.protocol.declared import Field, resource_schema
from levee_infra.providers.protocol.failures import Problem, RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties, Unknown
from levee_infra.targets.platforms import PLATFORMS

WHAT = "the levee provider configuration"
ABOUT: Final = {
    "displayName": "levee",
    "description": "Resources of regulated log streams that no other plugin offers.",
    "keywords": ["kafka", "scram", "acl", "rotation"],
    "license": "Apache-2.0",
    "language": {"python": {"respectSchemaVersion": True, "pyproject": {"enabled": True}}},
}
ON_DESTROY: Final = Field(
    "onDestroy", "`refuse` deletes nothing in a run that declares nothing of this provider, as `pulumi destroy` does."
)


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
        """Return the package schema, made of what every kind takes and gives."""
        platforms = {name: platform() for name, platform in PLATFORMS.items()}
        sections = {name: platform.section for name, platform in platforms.items()}
        kinds = [kind for platform in platforms.values() for kind in platform.kinds]
        used = (*sections.values(), *(each for kind in kinds for each in (*kind.takes, *kind.gives)))
        package = {
            **ABOUT,
            "name": self.name,
            "version": self.version,
            "config": {"variables": {name: section.schema() for name, section in sections.items()}},
            "provider": {"inputProperties": {each.name: each.schema() for each in (ON_DESTROY, *sections.values())}},
            "types": {token: shape for each in used for token, shape in each.type.refers_to.items()},
            "resources": {kind.token: resource_schema(str(kind.__doc__), kind.takes, kind.gives) for kind in kinds},
        }
        return json.dumps(package, indent=2, sort_keys=True)

    def check_config(self, config: Properties) -> None:
        """Validate every section."""
        problems: list[Problem] = []
        for name, section in self._sections(config).items():
            try:
                PLATFORMS[name]().check(section)
            except RefusedError as refusal:
                problems.extend(_within(name, refusal))
        if problems:
            raise RefusedError(*problems)

    def configure(self, config: Properties) -> Package:
        """Make the resources of every section."""
        packages = []
        for name, section in self._sections(config).items():
            try:
                packages.append(PLATFORMS[name]().open(section, self._clock))
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


def _within(name: str, refusal: RefusedError) -> Iterator[Problem]:
    for problem in refusal.problems:
        yield Problem(f"{name}.{problem.property}" if problem.property else name, problem.reason)
