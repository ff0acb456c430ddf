"""The targets that levee provisions. A new one is a package and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from levee.diagnostics import LeveeError
from levee.model.stack import Target as Name
from levee.plan.planned import Plan
from levee_infra.kafka.secret_store.contract import Stores
from levee_infra.kafka.secret_store.file_store import FileLocation
from levee_infra.targets.aws.secrets_manager import SecretsManagerLocation
from levee_infra.targets.aws.target import AwsTarget
from levee_infra.targets.contract import Target
from levee_infra.targets.kafka.target import KafkaTarget

STORES: Final[Stores] = {"file": FileLocation.read, "secrets-manager": SecretsManagerLocation.read}
"""What `secretStore.kind` of a credential can name."""

TARGETS: Final[Mapping[Name, Target]] = {Name.KAFKA: KafkaTarget(), Name.AWS: AwsTarget()}


def target_of(plan: Plan) -> Target:
    """A plan's target. Raises LeveeError for one that this version of levee has nothing live of."""
    if plan.target not in TARGETS:
        raise LeveeError(f"stack {plan.stack}: this version of levee provisions no {plan.target} targets yet")
    return TARGETS[plan.target]
