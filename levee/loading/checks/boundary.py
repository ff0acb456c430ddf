"""The boundary a stack names must be one that its platform can have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.model.stack import Target


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    words: str


_ACCOUNTS: Final = {
    Target.AWS: _Form(re.compile(r"[0-9]{12}"), 'an AWS account is 12 digits in quotes, for example "123456789012"'),
    Target.IBM: _Form(re.compile(r"[0-9a-f]{32}"), "an IBM Cloud account is 32 hexadecimal digits"),
}


def account_of_target(declared: Declared) -> Iterator[Problem]:
    """The account has the form that the target's accounts have."""
    if declared.stack is None or declared.stack.target not in _ACCOUNTS:
        return
    form = _ACCOUNTS[declared.stack.target]
    if not form.pattern.fullmatch(declared.stack.account):
        message = f"{declared.stack.account} is not an account of target {declared.stack.target}"
        yield Problem("account", message, form.words, declared.stack.origin.at("account"))
