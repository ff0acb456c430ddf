"""What no single value can show: how the parts of a stack fit together. One function a check, each linear."""

from collections.abc import Iterator
from typing import Final

from levee.loading.checks import (
    approval,
    archive,
    boundary,
    cloud_names,
    data_class,
    grant,
    monitor,
    neighbour,
    ownership,
    replication,
    retention,
    secret_store,
    service,
    sink,
    source,
    stream_filter,
    topic,
)
from levee.model.declared import Declared
from levee.model.problem import Check, Problem
from levee.targets import problems

__all__ = ["Declared", "check"]

CHECKS: Final[tuple[Check, ...]] = (
    boundary.account_of_target,
    secret_store.of_its_target,
    cloud_names.of_its_partition,
    source.log_group,
    archive.of_its_own,
    data_class.retention_bounds,
    data_class.replicas,
    data_class.unknown,
    topic.declared_twice,
    topic.reserved,
    topic.collides_in_metrics,
    topic.retirement_of_another,
    replication.more_than_brokers,
    replication.min_insync,
    retention.outside_class,
    service.named_twice_in_stream,
    service.unused,
    service.nothing_to_revoke,
    service.admin_is_a_credential,
    service.existing_principals,
    service.mechanism_of_users,
    service.nothing_to_rotate,
    service.carried_as_existing,
    sink.named_twice,
    sink.cannot_read,
    sink.dead_letter,
    sink.cannot_write_dead_letters,
    sink.dead_letters_in_a_circle,
    ownership.shared_groups,
    ownership.shared_transactional_ids,
    neighbour.claimed_twice,
    grant.unknown_streams,
    grant.reaches_nothing,
    grant.groups_of_role,
    monitor.threshold,
    monitor.declared_twice,
    approval.keys_of_approvals,
    approval.approved_twice,
)


def check(declared: Declared, *, filters: bool = True) -> Iterator[Problem]:
    """Everything that doesn't fit together. `filters`: those of the streams are judged as well."""
    for one in (*CHECKS, *(stream_filter.CHECKS if filters else ())):
        yield from one(declared)
    if declared.stack is not None:
        yield from problems(declared, declared.stack)
