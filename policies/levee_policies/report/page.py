"""A rule's page: its metadata and its docstring, as Markdown and as plain text."""

from __future__ import annotations

from typing import Any

from levee_policies.controls import AUTHORITIES
from levee_policies.rule import Rule


def page_markdown(rule: Rule[Any]) -> str:
    """The page under a heading with the rule's id: what it is, then the module's docstring, then who asks for it."""
    return f"# {rule.id}\n\n{_body(rule)}\n\n## Control\n\n{_authorities(rule)}\n"


def page_text(rule: Rule[Any]) -> str:
    """The page for a terminal: Markdown without its fences."""
    lines = page_markdown(rule).splitlines()
    return "\n".join(line for line in lines if not line.startswith("```")) + "\n"


def title_of(page: str) -> str:
    """A docstring's first paragraph, on one line."""
    return " ".join(page.strip().split("\n\n")[0].split())


def _body(rule: Rule[Any]) -> str:
    summary, _, rest = rule.page.strip().partition("\n\n")
    surfaces = ", ".join(sorted(surface.value for surface in rule.surfaces))
    facts = f"Severity: {rule.severity}. Judged on: {surfaces}. {'Can' if rule.waivable else 'Cannot'} be waived."
    if rule.unregistered:
        facts += f" Not on registered resources: {rule.unregistered}."
    return f"{' '.join(summary.split())}\n\n{facts}\n\n{rest.strip()}"


def _authorities(rule: Rule[Any]) -> str:
    return "\n".join(_authority(name) for name in rule.authorities)


def _authority(name: str) -> str:
    clause = AUTHORITIES.get(name)
    if clause is None:  # an organization's own
        return f"- {name}"
    source = f" <{clause.url}>" if clause.url else ""
    return f"- {name}: {clause.title}.{source}"
