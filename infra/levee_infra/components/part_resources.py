"""A plan's parts as resources, whatever their target: every decision is in them already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from levee.plan.part import Part, Ref, Text, Value, refs_in
from levee_infra.run_errors import as_run_errors


class PartResource(pulumi.CustomResource):
    """One part. What others refer to of it is an output of its own name."""

    def __init__(self, part: Part, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(part.type, part.name, {**inputs}, opts)


class PartResources:
    """Registers the parts of one plan, each after those that it refers to, through one provider."""

    def __init__(self, parts: Iterable[Part], provider: pulumi.ProviderResource) -> None:
        self._provider = provider
        self._made: dict[tuple[str, str], PartResource] = {}
        self._outputs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for ref in (ref for part in parts for ref in refs_in(part.inputs)):
            self._outputs[ref.type, ref.name].add(ref.output)

    def register(self, part: Part, opts: pulumi.ResourceOptions) -> PartResource:
        """Register one part; `opts` has its parent, what it depends on, and where it stood before."""
        key = part.type, part.name
        inputs = {name: self._resolved(value) for name, value in part.inputs.items()}
        options = pulumi.ResourceOptions(provider=self._provider, protect=part.protect)
        outputs = dict.fromkeys(self._outputs[key])
        made = PartResource(part, {**inputs, **outputs}, pulumi.ResourceOptions.merge(opts, options))
        self._made[key] = made
        return made

    def _resolved(self, value: Value) -> Any:
        match value:
            case Ref():
                return getattr(self._made[value.type, value.name], value.output)
            case Text():
                return _joined([self._resolved(piece) for piece in value.pieces])
            case Mapping():
                return {name: self._resolved(item) for name, item in value.items()}
            case list() | tuple():
                return [self._resolved(item) for item in value]
        return value


def _joined(pieces: list[Any]) -> pulumi.Output[str]:
    """The text once its outputs are known; what goes wrong then is reported as the program's other errors."""

    @as_run_errors()
    def joined(texts: list[Any]) -> str:
        return "".join(texts)

    return pulumi.Output.all(*pieces).apply(joined)
