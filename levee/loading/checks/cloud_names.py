"""Cloud names in the stack they stand in: of its partition, and in the form that its target can work with."""

from __future__ import annotations

from collections.abc import Iterator

from levee.catalog.partition import partition_of
from levee.model.cloud_name import arn_in
from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.plan.places import PlaceKind, declared_places


def of_its_partition(declared: Declared) -> Iterator[Problem]:
    """No identity and no key reaches from one partition of AWS into another."""
    stack = declared.stack
    partition = None if stack is None else partition_of(stack.region)
    if stack is None or partition is None:
        return
    for named in declared_places(stack):
        name = arn_in(named.text)
        if name is not None and name.partition != partition.name and "*" not in name.partition:
            message = f"the {named.what} is of partition {name.partition}, and {stack.region} is of {partition.name}"
            hint = f"name one of the stack's own partition: arn:{partition.name}:…"
            if (named.subject, named.kind) != (stack.target, PlaceKind.CLUSTER):  # which has a check of its own
                yield Problem("wrong-partition", message, hint, named.origin)
