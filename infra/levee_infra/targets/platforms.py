"""The platforms that this provider serves, by their section of its configuration.

A new kind of resource on a platform is one module and a word in that platform's package; a new platform is one
module and a line here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from levee.clock import Clock
from levee_infra.kafka.credential import platform as kafka_platform
from levee_infra.providers.protocol.declared import Field
from levee_infra.providers.protocol.kind import Package, ResourceKind
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws import platform as aws_platform
from levee_infra.targets.aws.connection import CONNECTION
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


PLATFORMS: Final[Mapping[str, Platform]] = {
    "aws": Platform(
        Field("aws", "The account and region of `levee:aws:*` resources.", CONNECTION),
        aws_platform.KINDS,
        aws_platform.check,
        aws_platform.open_package,
    ),
    "kafka": Platform(
        Field("kafka", "How the cluster of `levee:kafka:*` resources is reached.", kafka_platform.CONNECTION),
        kafka_platform.KINDS,
        kafka_platform.check,
        partial(kafka_platform.open_package, stores=STORES),
    ),
}
