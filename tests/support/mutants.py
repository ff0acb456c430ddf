"""Rules with one thing in their code turned round: tests that still pass on one of them prove too little."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from levee_policies.rule import Rule

_OPPOSITE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_NEIGHBOUR: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


def mutants(rule: Rule[Any]) -> Iterator[tuple[str, Rule[Any]]]:
    """The rule with each of its conditions, comparisons and bounds changed, one at a time; and what was changed."""
    path = Path(str(rule.check.__code__.co_filename))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for place, change in _changes(tree):
        mutant = copy.deepcopy(tree)
        node = _nodes(mutant)[place]
        before = ast.unparse(node)
        change(node)
        namespace: dict[str, Any] = {"__name__": f"mutant_of_{path.stem}", "__doc__": rule.page}
        exec(compile(ast.fix_missing_locations(mutant), str(path), "exec"), namespace)
        yield f"line {getattr(node, 'lineno', '?')}: {before} -> {ast.unparse(node)}", namespace["RULE"]


def _nodes(tree: ast.Module) -> list[ast.AST]:
    """The nodes of all functions, without what only chooses words."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [node for function in functions for node in _judging(function)]


def _judging(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr) or _is_wording(node):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _judging(child)


def _is_wording(node: ast.AST) -> bool:
    if isinstance(node, ast.IfExp):
        return all(isinstance(side, ast.JoinedStr) or _is_text(side) for side in (node.body, node.orelse))
    return isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and _is_text(node.values[-1])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _changes(tree: ast.Module) -> Iterator[tuple[int, Any]]:
    for place, node in enumerate(_nodes(tree)):
        if isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare):
            yield place, _negate
        if isinstance(node, ast.Compare):
            for index, operator in enumerate(node.ops):
                yield place, _replace(index, _OPPOSITE[type(operator)])
                if type(operator) in _NEIGHBOUR:
                    yield place, _replace(index, _NEIGHBOUR[type(operator)])
        if isinstance(node, ast.BoolOp):
            yield place, _swap
        if isinstance(node, ast.comprehension):
            for index in range(len(node.ifs)):
                yield place, _drop(index)


def _negate(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _replace(index: int, operator: type[ast.cmpop]) -> Any:
    def change(node: Any) -> None:
        node.ops[index] = operator()

    return change


def _swap(node: Any) -> None:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _drop(index: int) -> Any:
    def change(node: Any) -> None:
        del node.ifs[index]

    return change
