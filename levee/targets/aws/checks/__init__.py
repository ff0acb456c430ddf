"""What must hold of the files of a stack on aws. One function a check, each linear."""

from typing import Final

from levee.model.problem import StackCheck
from levee.targets.aws.checks import form, own

CHECKS: Final[tuple[StackCheck, ...]] = (
    own.secrets_manager,
    own.msk_cluster,
    own.of_its_own,
    own.key_by_its_own_name,
    own.archive_on_aws,
    own.names_fit,
    own.lag_of_nobody,
    form.region,
    form.tags,
    form.archives,
    form.alarms,
    form.many_brokers,
    form.users,
    form.too_many_subscriptions,
    form.cluster_policy,
    form.trust,
    form.window,
)
