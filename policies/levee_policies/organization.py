"""An organization's own rules: `policies/rules/*.py` of its project, judged beside levee's on every feed.

They can only add findings. Their ids begin otherwise than levee's, and a file that can't be loaded is an error, not a
rule less. Like levee's they are pure: what they may import and do is checked before they run, and they judge a copy of
the plan. That finds mistakes and is no sandbox: anyone who writes to the project's `policies/` or `infra/` runs code
wherever levee runs.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from levee.diagnostics import Diagnostic, LeveeError, Location, Rejected
from levee.diagnostics.redaction import redact
from levee.loading.plain_file import MIB, UnreadableError, read_plain, text_of
from levee_policies.own_run import own_run
from levee_policies.rule import Rule, Severity, Surface

FOLDER: Final = "policies/rules"
IDS: Final = "ORG-OWN-001: not RLS, a group of three letters that is not POL, a number"
_ID: Final = re.compile(r"(?!RLS-)[A-Z]{2,8}-(?!POL-)[A-Z]{3}-[0-9]{3}")
_SHOWN: Final = 60  # characters of a value
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
            rule = _rule(project / file, file, entry)
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


def _rule(path: Path, file: str, entry: os.DirEntry[str]) -> Rule[Any]:
    if not _FILE.fullmatch(entry.name):
        hint = "name a rule's file in lower case, such as own001_owners_are_teams.py; keep others elsewhere"
        raise _Unusable("levee reads no such file", hint)
    try:
        source = text_of(read_plain(path, MIB, follow=False))
    except UnreadableError as error:
        raise _Unusable(error.message, error.hint, error.line + 1) from None
    tree, module = _executed(file, source)
    return replace(_checked(module, tree), file=file)


def _executed(file: str, source: str) -> tuple[ast.Module, ModuleType]:
    """The module that a file's text makes. What an exception says isn't repeated: it may quote anything."""
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            _require_pure(node)
        code = compile(tree, file, "exec", dont_inherit=True)
    except _Unusable:
        raise
    except SyntaxError as error:
        raise _Unusable(f"this is not Python: {error.msg}", "correct the syntax", error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise _Unusable(f"this is not Python that can be read: {type(error).__name__}", "write it anew") from None
    module = ModuleType(f"levee_policies.organization.{Path(file).stem}")
    module.__file__ = file
    sys.modules[module.__name__] = module  # where dataclasses look up annotations
    try:
        with own_run(lambda: f"the file {file}"):
            exec(code, module.__dict__)  # noqa: S102 - the project's own code, as its program is
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it raises, its rule may not be missing unnoticed
        lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
        message = f"the file can't be loaded: {type(error).__name__}"
        raise _Unusable(message, "correct it; a rule's file only defines", next(reversed(lines), 1)) from None
    return tree, module


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


def _checked(module: ModuleType, tree: ast.Module) -> Rule[Any]:
    """The module's rule, each field of the type that an evaluation takes it for."""
    rule = getattr(module, "RULE", None)
    if type(rule) is not Rule:
        raise _Unusable("the file defines no rule", "write `RULE = Rule(…)`, of levee_policies.rule")
    given = _given(tree)
    for field, is_right, allowed in _DEMANDS:
        if not is_right(getattr(rule, field)):
            node = given.get(field)
            value = type(getattr(rule, field)).__name__ if node is None else redact(ast.unparse(node))[:_SHOWN]
            message = f"`{field}` of the rule can't be {value}"
            raise _Unusable(message, f"it has to be {allowed}", 1 if node is None else node.lineno)
    return rule


def _given(tree: ast.Module) -> dict[str | None, ast.expr]:
    """What the file writes for each field of the rule; nothing where it makes the rule in another way."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="RULE")], value=ast.Call() as call):
                return {each.arg: each.value for each in call.keywords}
            case ast.AnnAssign(target=ast.Name(id="RULE"), value=ast.Call() as call):
                return {each.arg: each.value for each in call.keywords}
    return {}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _each_is(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda values: isinstance(values, tuple | list | frozenset | set) and all(map(is_right, values))


def _is_surface(value: object) -> bool:
    return isinstance(value, Surface)


def _names(words: type[Severity | Surface]) -> str:
    *others, last = (f"{words.__name__}.{each.name}" for each in words)
    return f"{', '.join(others)} or {last}"


_DEMANDS: Final[tuple[tuple[str, Callable[[Any], bool], str], ...]] = (
    ("id", lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None, f"one such as {IDS}"),
    ("severity", lambda value: isinstance(value, Severity), _names(Severity)),
    (
        "surfaces",
        lambda value: _each_is(_is_surface)(value) and bool(value),
        f"a set of one or more, such as frozenset({{Surface.FILES}}), of {_names(Surface)}",
    ),
    ("title", _is_text, "a text that isn't empty"),
    ("page", _is_text, "a text, such as __doc__ where the file begins with a docstring"),
    ("authorities", _each_is(_is_text), 'a tuple of texts, such as ("ACME handbook 3.1",)'),
    ("subjects", callable, "a function of the facts, such as `topics` of levee_policies.subjects"),
    ("check", callable, "a function of a subject's value and the facts that yields Violations"),
    ("waivable", lambda value: isinstance(value, bool), "True or False"),
    ("unregistered", lambda value: isinstance(value, str), "a text"),
)
"""Each field of a rule, whether a value can stand there, and what can."""
