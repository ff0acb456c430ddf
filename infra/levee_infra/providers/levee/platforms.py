"""The platforms that this provider serves, by their section of its configuration.

A new kind of resource on a platform is one module and a word in that platform's package; a new platform is one
module and a line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from levee.clock import Clock
from levee_infra.kafka.credential import platform as kafka_platform
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.registry import STORES


@dataclass(frozen=True)
class Platform:
    """One section of the configuration. Both functions raise RefusedError with its problems."""

    check: Callable[[Properties], None]
    """Validates the section, parts of which may be unknown yet."""
    open: Callable[[Properties, Clock], Package]
    """Makes the kinds of resource that it configures."""


def _check_aws(config: Properties) -> None:
    from levee_infra.targets.aws import platform

    platform.check(config)


def _open_aws(config: Properties, clock: Clock) -> Package:
    from levee_infra.targets.aws import platform

    return platform.open_package(config, clock)


PLATFORMS: Final[Mapping[str, Platform]] = {
    "aws": Platform(_check_aws, _open_aws),
    "kafka": Platform(kafka_platform.check, partial(kafka_platform.open_package, stores=STORES)),
}
