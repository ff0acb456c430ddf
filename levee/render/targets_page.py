"""docs/reference/targets.md, made from the targets' capabilities."""

from __future__ import annotations

from collections.abc import Iterator

from levee.targets.contract import Capability
from levee.targets.registry import MODELS


def targets_page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Targets"
    yield ""
    yield "What a stack may ask of its target, and how far this version of levee goes. What isn't `full` is checked all"
    yield "the same, and said in every plan and deployment. Written by `make docs`."
    yield ""
    yield f"| | {' | '.join(f'`target: {name}`' for name in MODELS)} |"
    yield f"|---|{'---|' * len(MODELS)}"
    for capability in Capability:
        yield f"| {capability} | {' | '.join(model.support(capability).support for model in MODELS.values())} |"
    for name, model in MODELS.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield f"Passwords: `store: {'` or `store: '.join(model.secret_stores)}`."
        reasons = {model.support(each).reason: None for each in Capability}
        for reason in filter(None, reasons):
            yield f"- {', '.join(each for each in Capability if model.support(each).reason == reason)}: {reason}"
