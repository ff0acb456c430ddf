"""A value that nobody knows yet: the output of a resource that a preview has not made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeVar

ValueT = TypeVar("ValueT")


class UnknownValueError(Exception):
    """Somebody used a value that isn't known. `what` names it, `fix` says how it could be."""

    def __init__(self, what: str, fix: str = "write it as a plain value, not as another resource's output") -> None:
        super().__init__(f"{what} is not known")
        self.what = what
        self.fix = fix


class Unknown:
    """Stands where a plan read back from resources has no value. Whatever is done with it raises UnknownValueError.

    So no judgement can rest on it by accident: a comparison, a look-up, a loop or a message that needs it ends, and
    who asked learns that the answer is unknown. Only its repr may be taken.
    """

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> NoReturn:
        raise UnknownValueError(self._what)

    def __repr__(self) -> str:
        return f"<unknown {self._what}>"


def _refuse(self: Unknown, *_: object) -> NoReturn:
    raise UnknownValueError(self._what)


_OPERATIONS: Final = (
    *("eq", "ne", "lt", "le", "gt", "ge", "hash", "bool", "str", "format", "len", "iter", "contains", "getitem"),
    *("call", "int", "float", "index", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "floordiv", "mod"),
    *("neg", "abs", "round", "and", "or", "fspath", "bytes", "reversed"),
)
for _name in _OPERATIONS:
    setattr(Unknown, f"__{_name}__", _refuse)


def unknown(what: str) -> Any:
    """An unknown value, fit for a field of any type. `what` is the field in the reader's words."""
    return Unknown(what)


def or_unknown(make: Callable[[], ValueT]) -> ValueT:
    """The value; unknown itself where one that it takes is."""
    try:
        return make()
    except UnknownValueError as error:
        found: ValueT = unknown(error.what)
        return found
