"""The targets, by what may be declared of them. A new one is a package and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from levee.model.stack import Target
from levee.targets.aws.model import MODEL as AWS
from levee.targets.contract import TargetModel
from levee.targets.ibm.model import MODEL as IBM
from levee.targets.kafka.model import MODEL as KAFKA

MODELS: Final[Mapping[Target, TargetModel]] = {model.name: model for model in (KAFKA, AWS, IBM)}

STORES: Final = tuple({store: None for model in MODELS.values() for store in model.secret_stores})
"""Every kind of secret store."""
