"""The targets that levee provisions. A new one is a package and a line here.

A cloud's SDK takes longer to load than a small stack to provision: it is loaded for a stack of that cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from levee.diagnostics import LeveeError
from levee.model.stack import Target as Name
from levee.plan.planned import Plan
from levee_infra.kafka.secret_store.contract import StoreLocation, Stores
from levee_infra.kafka.secret_store.file_store import FileLocation
from levee_infra.providers.protocol.fields import Fields
from levee_infra.targets.contract import Target
from levee_infra.targets.kafka.target import KafkaTarget


def _aws() -> Target:
    from levee_infra.targets.aws.target import AwsTarget

    return AwsTarget()


def _secrets_manager(fields: Fields) -> StoreLocation | None:
    from levee_infra.targets.aws.secrets_manager import SecretsManagerLocation

    return SecretsManagerLocation.read(fields)


STORES: Final[Stores] = {"file": FileLocation.read, "secrets-manager": _secrets_manager}
"""What `secretStore.kind` of a credential can name."""

TARGETS: Final[Mapping[Name, Callable[[], Target]]] = {Name.KAFKA: KafkaTarget, Name.AWS: _aws}


def target_of(plan: Plan) -> Target:
    """A plan's target. Raises LeveeError for one that this version of levee has nothing live of."""
    if plan.target not in TARGETS:
        message = f"stack {plan.stack}: this version of levee provisions no {plan.target} targets yet"
        raise LeveeError(message, "`levee plan` and `levee check` take its files; nothing else does yet", exit_code=2)
    return TARGETS[plan.target]()
