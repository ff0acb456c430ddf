"""The boundary a stack names must be one that its platform can have."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.targets.registry import MODELS


def account_of_target(declared: Declared) -> Iterator[Problem]:
    """The account has the form that the target's accounts have."""
    form = None if declared.stack is None else MODELS[declared.stack.target].account
    if declared.stack is None or form is None:
        return
    if not form.pattern.fullmatch(declared.stack.account):
        message = f"{declared.stack.account} is not an account of target {declared.stack.target}"
        yield Problem("account", message, form.words, declared.stack.origin.at("account"))
