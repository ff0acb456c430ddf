"""How a deployment ends that a signal stopped: what is left, and what goes on from there."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable

from levee.diagnostics import LeveeError
from levee_infra.engines.contract import Action, Deployment
from levee_infra.engines.resource_words import counted_noun
from levee_infra.interruption import exit_code


def interrupted(
    deployment: Deployment, engine: str, number: int, held: Iterable[str] | None, *, at_once: bool
) -> LeveeError:
    """The error of a run that the signal `number` stopped. `held` are the types that the state holds, None: unknown."""
    what = f"levee {deployment.action} {deployment.stack}"
    stopped = f"{what} was stopped by {signal.Signals(number).name}"
    command = f"`{what} --engine {engine}`"
    if deployment.action is Action.PREVIEW:
        return LeveeError(f"{stopped}; it changes nothing", f"run {command} again", exit_code=exit_code(number))
    how = "at once: what was under way may have taken effect" if at_once else "before everything was done"
    message = f"{stopped} {how}; {left(deployment.stack, held)}"
    return LeveeError(message, f"go on with {command}: it looks at what exists", exit_code=exit_code(number))


def left(stack: str, held: Iterable[str] | None) -> str:
    """What the state of a stack holds, counted by kind."""
    if held is None:
        return f"what the state of stack {stack} holds can't be determined"
    kinds = Counter(held)
    if not kinds:
        return f"the state of stack {stack} holds nothing"
    nouns: Counter[str] = Counter()
    for type_, count in kinds.items():
        nouns[counted_noun(type_)] += count
    words = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in nouns.most_common())
    return f"the state of stack {stack} holds {kinds.total():,} resource{'' if kinds.total() == 1 else 's'}: {words}"
