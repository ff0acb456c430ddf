"""What must hold of the files of a stack on ibm. One function a check, each linear."""

from typing import Final

from levee.model.problem import StackCheck
from levee.targets.ibm.checks import instances, topics

CHECKS: Final[tuple[StackCheck, ...]] = (
    instances.declared_instances,
    instances.cloud_logs_sources,
    instances.regions,
    instances.networks,
    topics.names,
    topics.partitions,
    topics.copies,
    topics.settings,
    topics.retention,
    topics.monitors,
)
