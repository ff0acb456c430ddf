"""Cloud names in the stack they stand in: of its partition, and in the form that its target can work with."""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.partition import partition_of
from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.cloud_name import CloudName
from levee.model.origin import Origin
from levee.model.stack import StackSpec, Target
from levee.plan.places import declared_places


def of_its_partition(declared: Declared) -> Iterator[Problem]:
    """No identity and no key reaches from one partition of AWS into another."""
    stack = declared.stack
    partition = None if stack is None else partition_of(stack.region)
    if stack is None or partition is None:
        return
    for named in declared_places(stack):
        name = _arn(named.text)
        if name is not None and name.partition != partition.name and "*" not in name.partition:
            message = f"the {named.what} is of partition {name.partition}, and {stack.region} is of {partition.name}"
            hint = f"name one of the stack's own partition: arn:{partition.name}:…"
            if named.origin != stack.origin.at("aws", "cluster_arn"):  # which has a check of its own
                yield Problem("wrong-partition", message, hint, named.origin)


def key_by_its_own_name(declared: Declared) -> Iterator[Problem]:
    """What levee makes on aws is bound to its key by policies, and those don't match an alias."""
    stack = declared.stack
    if stack is None or stack.target is not Target.AWS:
        return
    for key, origin in _keys(stack):
        name = _arn(key or "")
        if name is not None and name.resource.startswith("alias/"):
            message = "the key is named by an alias, which policies of IAM don't match"
            yield Problem("key-alias", message, "write the key's own ARN: arn:aws:kms:…:key/<id>", origin)


def _keys(stack: StackSpec) -> Iterator[tuple[str | None, Origin]]:
    yield stack.secrets.key, stack.origin.at("secrets", "encrypted_by")
    for stream in stack.streams:
        if stream.archive is not None:
            yield stream.archive.key, stream.archive.origin.at("encrypted_by")


def _arn(text: str) -> CloudName | None:
    try:
        return CloudName.parse(text) if text.startswith("arn:") else None
    except ValueError:
        return None
