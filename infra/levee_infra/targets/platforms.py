"""The platforms that this provider serves, by their section of its configuration.

A new kind of resource on a platform is one module and a word in that platform's package; a new platform is one
module and a line here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from levee.clock import Clock
from levee_infra.kafka.credential import platform as kafka_platform
from levee_infra.providers.protocol.declared import Field
from levee_infra.providers.protocol.kind import Package, ResourceKind
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.registry import STORES


@dataclass(frozen=True)
class Platform:
    """One section of the configuration. Both functions raise RefusedError with its problems."""

    section: Field
    """The section as the schema describes it."""
    kinds: Sequence[type[ResourceKind]]
    check: Callable[[Properties], None]
    """Validates the section, parts of which may be unknown yet."""
    open: Callable[[Properties, Clock], Package]
    """Makes the kinds of resource that it configures."""


@cache
def _aws() -> Platform:
    from levee_infra.targets.aws import platform
    from levee_infra.targets.aws.connection import CONNECTION

    section = Field("aws", "The account and region of `levee:aws:*` resources.", CONNECTION)
    return Platform(section, platform.KINDS, platform.check, platform.open_package)


@cache
def _ibm() -> Platform:
    from levee_infra.targets.ibm import platform
    from levee_infra.targets.ibm.connection import CONNECTION

    section = Field("ibm", "The account and region of `levee:ibm:*` resources.", CONNECTION)
    return Platform(section, platform.KINDS, platform.check, platform.open_package)


@cache
def _kafka() -> Platform:
    section = Field("kafka", "How the cluster of `levee:kafka:*` resources is reached.", kafka_platform.CONNECTION)
    opened = partial(kafka_platform.open_package, stores=STORES)
    return Platform(section, kafka_platform.KINDS, kafka_platform.check, opened)


PLATFORMS: Final[Mapping[str, Callable[[], Platform]]] = {"aws": _aws, "ibm": _ibm, "kafka": _kafka}
"""A cloud's SDK is loaded when its section is there, or the schema is asked for."""
