"""Where a resource stood in the state's tree before: an engine finds it there by this alias, and moves it.

In 0.1.0 every topic stood below a component of its stream, and what a service has below one of the service. A topic
stands there now only while its stream has other parts, so it moves both ways.
https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
"""

from __future__ import annotations

import pulumi


def earlier_urn(type_: str, name: str, *, below: str | None) -> str:
    """The URN of a resource of this stack below a component of the type `below`; None: below none."""
    qualified = type_ if below is None else f"{below}${type_}"
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{qualified}::{name}"
