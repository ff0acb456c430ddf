"""What rules are tried on: one compliant stack, and cases that differ from it in one place.

A case is a YAML file under tests/rules/fixtures/<ID>/{pass,fail}/ or a block in a rule's page. Its keys are files of
the compliant stack, its values are merged into them as RFC 7396 merges JSON: null removes. These keys say more of it:

- `expect`: the ids that fire; without it the rule's own.
- `verdict`: what the rule's own findings are, `fail` without it, or `unknown`.
- `refused`: ids of loading problems; the file can't even be written.
- `resources`: what is registered beside and instead, see tests/support/registered.py.
- `before`: what is deployed, as another variation of the compliant stack; the case is then one of a change.
- `made`: by username, the days on which passwords of what is deployed were made, where that isn't the case's own day;
  null where nobody noted it.
- `surroundings`, `as_of`, `max_removed`: of the evaluation.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from levee.loading.folder import SHARED
from levee.loading.load import load_stack
from levee.loading.sites import load_sites
from levee.model.conventions import Conventions
from levee.model.site import Site
from levee.plan.build import build_plan
from levee.plan.change import Deployed, as_deployed, compare
from levee.plan.planned import Plan
from levee_policies.engine import evaluate
from levee_policies.facts import Context
from levee_policies.finding import Report
from levee_policies.registry import RULES
from levee_policies.rule import Rule

COMPLIANT: Final = Path(__file__).parents[1] / "rules" / "compliant"
FIXTURES: Final = Path(__file__).parents[1] / "rules" / "fixtures"
STACK: Final = "prod"
AS_OF: Final = date(2026, 11, 21)
_ABOUT: Final = frozenset(
    {"expect", "verdict", "refused", "resources", "surroundings", "as_of", "before", "made", "max_removed"}
)
_DAY: Final = re.compile(r"\b20[23]\d-\d\d-\d\d\b")  # not the version of a policy language, which is older
_BLOCK: Final = re.compile(r"^## (Fails|Passes)\n\n```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One variation of the compliant stack, and what the rules shall say of it."""

    rule: str
    name: str
    fails: bool
    text: str
    day: date = AS_OF

    @property
    def values(self) -> dict[str, Any]:
        return yaml.safe_load(self.text) or {}

    @property
    def expected(self) -> set[str]:
        """The ids that fire on it."""
        return set(self.values.get("expect", [self.rule] if self.fails else []))

    @property
    def verdicts(self) -> set[str]:
        """What the case's own rule says."""
        return {self.values.get("verdict", "fail")} if self.rule in self.expected else set()

    @property
    def refused(self) -> set[str]:
        """The problems for which it doesn't load."""
        return set(self.values.get("refused", []))

    @property
    def of_files(self) -> bool:
        """Whether it is about what files say, as against a change or registered resources."""
        return not self.refused and not self.resources and self.before is None

    @property
    def resources(self) -> list[dict[str, Any]]:
        return list(self.values.get("resources", []))

    @property
    def context(self) -> Context:
        values = self.values
        return Context(
            as_of=values.get("as_of", self.day),
            surroundings=values.get("surroundings", {}),
            max_removed=values.get("max_removed", 20),
            exemptions=(),
            sites=_sites(self),
            conventions=Conventions(**values.get("conventions.yaml", {})),
        )

    @property
    def before(self) -> Case | None:
        """The stack as it is deployed, where the case is one of a change."""
        if "before" not in self.values:
            return None
        text = yaml.safe_dump({**self.values["before"], "as_of": self.context.as_of})
        return Case(self.rule, f"{self.name} before", fails=False, text=text)

    @property
    def is_dated(self) -> bool:
        """Whether it says of days what they are."""
        return _DAY.search(self.text) is not None

    def on(self, day: date) -> Case:
        """The same case on another day, all its dates as far from that day as they were from its own."""

        def moved(found: re.Match[str]) -> str:
            return (date.fromisoformat(found[0]) + (day - self.day)).isoformat()

        return replace(self, text=_DAY.sub(moved, self.text), day=day)

    @property
    def changes(self) -> dict[str, Any]:
        return {file: change for file, change in self.values.items() if file not in _ABOUT}


def cases() -> list[Case]:
    """Every case of every rule: fixtures first, then the blocks of its page."""
    return [case for rule in RULES for case in cases_of(rule)]


def cases_of(rule: Rule[Any]) -> list[Case]:
    """The cases of one rule."""
    found = [
        Case(rule.id, f"{path.parent.name}/{path.stem}", path.parent.name == "fail", path.read_text(encoding="utf-8"))
        for path in sorted((FIXTURES / rule.id).glob("*/*.yaml"))
    ]
    found += [
        Case(rule.id, f"page/{section.lower()}", section == "Fails", block)
        for section, block in _BLOCK.findall(rule.page)
    ]
    return found


def write(case: Case, project: Path) -> Path:
    """The case's stack as files under `project`."""
    shutil.copytree(COMPLIANT / "stacks", project / "stacks")
    for file, change in case.changes.items():
        path = project / "stacks" / (file if file in SHARED else f"{STACK}/{file}")
        before = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(yaml.safe_dump(merged(before, change), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return project


def merged(before: Any, change: Any) -> Any:
    """RFC 7396, and one step more: a mapping with whole numbers as keys changes those items of a list."""
    if isinstance(before, list) and isinstance(change, dict) and all(isinstance(key, int) for key in change):
        return [merged(item, change[at]) if at in change else item for at, item in enumerate(before)]
    if not isinstance(change, dict):
        return copy.deepcopy(change)
    result = dict(before) if isinstance(before, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def plan_of(case: Case, project: Path) -> Plan:
    """The case's plan, through the real loader. Raises Rejected."""
    return build_plan(load_stack(write(case, project), STACK), case.context.as_of)


@cache
def _sites(case: Case) -> Mapping[str, Site]:
    import tempfile

    if "sites.yaml" not in case.changes:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        return load_sites(write(case, Path(folder)))


@cache
def _loaded(case: Case) -> Plan:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return plan_of(case, Path(folder))


def loaded(case: Case) -> Plan:
    """The case's plan, made once for all tests. Raises Rejected."""
    return _loaded(case)


def report_of(case: Case, rules: tuple[Rule[Any], ...]) -> Report:
    """What the rules say of the case's files."""
    before = case.before
    changes = compare(loaded(case), _deployed(before, case)) if before else None
    return evaluate(loaded(case), rules, replace(case.context, changes=changes))


def _deployed(before: Case, case: Case) -> Deployed:
    plan, noted = loaded(before), case.values.get("made", {})
    usernames = [username for credential in plan.credentials for username in credential.usernames]
    made = {username: noted.get(username, case.context.as_of) for username in usernames}
    return replace(as_deployed(plan, "tests"), passwords_made=made)


def verdicts(report: Report, rule: str) -> set[str]:
    """What the rule with this id says of its subjects, passes left out."""
    return {finding.verdict.value for finding in report.findings if finding.rule.id == rule}


def fired(report: Report) -> set[str]:
    """The ids of all findings."""
    return {finding.rule.id for finding in report.findings}
