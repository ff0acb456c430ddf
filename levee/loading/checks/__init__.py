"""What no single value can show: how the parts of a stack fit together. One function a check, each linear."""

from collections.abc import Callable, Iterator
from typing import Final

from levee.loading.checks import (
    approval,
    aws,
    aws_form,
    boundary,
    cloud_names,
    data_class,
    grant,
    monitor,
    neighbour,
    ownership,
    replication,
    retention,
    service,
    sink,
    topic,
)
from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem

__all__ = ["Declared", "check"]

CHECKS: Final[tuple[Callable[[Declared], Iterator[Problem]], ...]] = (
    boundary.account_of_target,
    aws.secret_store,
    aws.only_on_aws,
    aws.msk_cluster,
    aws.of_its_own,
    cloud_names.of_its_partition,
    cloud_names.key_by_its_own_name,
    aws.archive_on_aws,
    aws.log_group,
    aws.names_fit,
    aws.archive_of_its_own,
    aws_form.region,
    aws_form.tags,
    aws_form.archives,
    aws_form.alarms,
    aws_form.many_brokers,
    aws_form.users,
    aws_form.cluster_policy,
    aws_form.trust,
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
    neighbour.too_many_subscriptions,
    grant.unknown_streams,
    grant.reaches_nothing,
    grant.groups_of_role,
    monitor.threshold,
    monitor.window,
    monitor.declared_twice,
    monitor.lag_of_nobody,
    approval.keys_of_approvals,
    approval.approved_twice,
)


def check(declared: Declared) -> Iterator[Problem]:
    """Everything that doesn't fit together."""
    for one in CHECKS:
        yield from one(declared)
