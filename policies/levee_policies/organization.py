"""An organization's own rules: `policies/rules/*.py` of its project, judged beside levee's on every feed.

They can only add findings. Their ids begin otherwise than levee's, and a file that can't be loaded is an error, not a
rule less. Like levee's they are pure: what they may import and do is checked before they run, and they judge a copy of
the plan. That finds mistakes and is no sandbox: whoever writes to the project's `policies/` or `infra/` runs code
wherever levee runs.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from levee.diagnostics import Diagnostic, LeveeError, Location, Rejected
from levee.loading.plain_file import MIB, UnreadableError, read_plain, text_of
from levee_policies.rule import Rule, Severity, Surface

FOLDER: Final = "policies/rules"
IDS: Final = "ORG-OWN-001: not RLS, a group of three letters that is not POL, a number"
_ID: Final = re.compile(r"(?!RLS-)[A-Z]{2,8}-(?!POL-)[A-Z]{3}-[0-9]{3}")
_FILE: Final = re.compile(r"[a-z][a-z0-9_]*\.py")
_UNREAD: Final = frozenset({"__pycache__", "__init__.py", "README.md"})
_IMPORTABLE: Final = (
    *("__future__", "collections", "dataclasses", "datetime", "enum", "functools", "ipaddress", "itertools", "math"),
    *("operator", "re", "string", "types", "typing", "typing_extensions"),
    *("levee.catalog", "levee.model", "levee.plan", "levee.targets"),
    *("levee_policies.facts", "levee_policies.joined", "levee_policies.rule", "levee_policies.subjects"),
)
_IMPURE: Final = frozenset(
    {
        *("breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input", "locals", "open"),
        *("setattr", "vars"),
    }
)


class _Unusable(Exception):
    """Why a file holds no rule that can be judged, what to write instead, and where."""

    def __init__(self, message: str, hint: str, line: int = 1) -> None:
        super().__init__(message)
        self.message, self.hint, self.line = message, hint, line


def rules_of(project: Path) -> tuple[Rule[Any], ...]:
    """The organization's rules in order of id; none where the project has no such folder.

    Raises Rejected with everything that is wrong with the files, and LeveeError (exit 2) where they can't be listed.
    """
    problems: list[Diagnostic] = []
    found: dict[str, tuple[str, Rule[Any]]] = {}
    for entry in _entries(project):
        file = f"{FOLDER}/{entry.name}"
        try:
            rule = _rule(project / file, entry)
            if rule.id in found:
                raise _Unusable(f"{found[rule.id][0]} has the id {rule.id} already", "give each rule an id of its own")
            found[rule.id] = (file, rule)
        except _Unusable as error:
            place = Location(file, error.line, 1, error.line, 1)
            problems.append(Diagnostic("unusable-rule", error.message, error.hint, place))
    if problems:
        raise Rejected(problems)
    return tuple(rule for _, (_, rule) in sorted(found.items()))


def _entries(project: Path) -> Iterator[os.DirEntry[str]]:
    folder = project / FOLDER
    if not os.path.lexists(folder):
        return
    try:
        if folder.is_symlink():
            raise LeveeError(f"{FOLDER} is a symbolic link", "put the folder itself there", exit_code=2)
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        hint = "check that it is a folder and may be read"
        raise LeveeError(f"{FOLDER}/ can't be listed: {error.strerror}", hint, exit_code=2) from None
    yield from (each for each in entries if each.name not in _UNREAD and not _is_editors(each.name))


def _is_editors(name: str) -> bool:
    return (name.startswith(".") and not name.endswith(".py")) or name.endswith("~")


def _rule(path: Path, entry: os.DirEntry[str]) -> Rule[Any]:
    if not _FILE.fullmatch(entry.name):
        hint = "name a rule's file in lower case, such as own001_owners_are_teams.py; keep others elsewhere"
        raise _Unusable("levee reads no such file", hint)
    try:
        source = text_of(read_plain(path, MIB, follow=False))
    except UnreadableError as error:
        raise _Unusable(error.message, error.hint, error.line + 1) from None
    return _checked(_executed(path, source))


def _executed(path: Path, source: str) -> ModuleType:
    """The module that a file's text makes. What an exception says isn't repeated: it may quote anything."""
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            _require_pure(node)
        code = compile(tree, str(path), "exec", dont_inherit=True)
    except _Unusable:
        raise
    except SyntaxError as error:
        raise _Unusable(f"this is not Python: {error.msg}", "correct the syntax", error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise _Unusable(f"this is not Python that can be read: {type(error).__name__}", "write it anew") from None
    module = ModuleType(f"levee_policies.organization.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses look up annotations
    try:
        exec(code, module.__dict__)  # noqa: S102 - the project's own code, as its program is
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises, its rule may not be missing unnoticed
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        message = f"the file can't be loaded: {type(error).__name__}"
        raise _Unusable(message, "correct it; a rule's file only defines", next(reversed(lines), 1) or 1) from None
    return module


def _require_pure(node: ast.AST) -> None:
    names: list[str] = []
    match node:
        case ast.Import():
            names = [each.name for each in node.names]
        case ast.ImportFrom(module=str() as module, level=0):
            names = [module] if _is_importable(module) else [f"{module}.{each.name}" for each in node.names]
        case ast.ImportFrom():
            names = ["." * node.level]
        case ast.Attribute(attr=name) if _is_special(name):
            raise _Unusable(f"`{name}` is not for rules", "use what a value shows under plain names", node.lineno)
        case ast.Name(id=name) if name in _IMPURE or _is_special(name):
            message, hint = f"`{name}` is not for rules", "judge the values that the rule is given"
            raise _Unusable(message, hint, node.lineno)
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            message, hint = "a rule changes nothing, and this sets an attribute", "make a new value, or a local name"
            raise _Unusable(message, hint, node.lineno)
    for name in names:
        if not _is_importable(name):
            message = f"a rule can't import {name}: it judges the values that it is given, and asks nothing else"
            raise _Unusable(message, f"these can be imported: {', '.join(_IMPORTABLE)}", getattr(node, "lineno", 1))


def _is_special(name: str) -> bool:
    return name.startswith("__") and name not in {"__doc__", "__name__"}


def _is_importable(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in _IMPORTABLE)


def _checked(module: ModuleType) -> Rule[Any]:
    """The module's rule, each field of the type that an evaluation takes it for."""
    rule = getattr(module, "RULE", None)
    if type(rule) is not Rule:
        raise _Unusable("the file defines no rule", "write `RULE = Rule(…)`, of levee_policies.rule")
    if not _ID.fullmatch(str(rule.id)):
        raise _Unusable("the rule's id is none of an organization's", f"write one such as {IDS}")
    texts = (rule.title, rule.page, *_items(rule.authorities))
    wrong = {
        "severity": not isinstance(rule.severity, Severity),
        "surfaces": not rule.surfaces or not all(isinstance(each, Surface) for each in _items(rule.surfaces)),
        "title, page and authorities": not all(map(_is_text, texts)),
        "subjects and check": not all(map(callable, (rule.subjects, rule.check))),
        "waivable": rule.waivable not in {True, False},
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise _Unusable(f"{rule.id}: {field} can't be used", "write it as docs/how-to/add-a-rule.md says")
    return rule


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _items(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, tuple | list | frozenset | set) else (None,)
