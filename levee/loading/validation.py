"""A file's values against its schema. Cerberus decides; the words are levee's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from cerberus import TypeDefinition, Validator, errors
from cerberus.schema import DefinitionSchema, UnvalidatedSchema

from levee.diagnostics.redaction import REDACTED, REFERENCES, looks_secret, redact
from levee.fields.rules import Complaint, Fields, Rules
from levee.loading.scalar import is_text
from levee.loading.suggestion import Vocabulary
from levee.model.origin import Origin, Path
from levee.model.problem import Part, Problem

MAX_PROBLEMS: Final = 100  # of one file that are reported one by one
_LONGEST_MESSAGE: Final = 400
_UNIT: Final = re.compile(r"write for example `.*: [0-9]+([A-Za-z]+)`")
_SHOWN: Final = 60  # characters of a refused word
_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "float": "a number",
    "boolean": "true or false",
    "list": "a list",
    "dict": "a mapping",
}


class FileSchema:
    """The schema of one kind of file, ready to check many files one after the other."""

    def __init__(self, fields: Fields) -> None:
        self.fields: Final = fields
        # Cerberus would check the schema itself, at every start and for longer than it takes to check a stack with it:
        # that the schemas are in order is the tests' affair.
        schema = UnvalidatedSchema(DefinitionSchema.expand(fields))
        self._validator = _Validator(schema, error_handler=errors.BaseErrorHandler())
        self._single: dict[int, _Validator] = {}

    def problems(
        self, values: Mapping[str, object], file: str, commented: Iterable[tuple[Path, str]]
    ) -> Iterator[Problem]:
        """Everything in the file that its schema refuses; `commented` is text that ends at a comment.

        Such text is refused where the whole of it would be a value as well: nobody can tell which was meant.
        """
        cut = (path for path, whole in commented if self._takes(path, whole))
        for path in islice(cut, MAX_PROBLEMS):
            yield _cut_text(_name(path), Origin(file, path), secret=_in_login(self.fields, path))
        if not self._validator.validate(values, normalize=False):
            leaves = self._validator.leaves()
            refusals = [
                _refusal(error, self.fields, values, file, self._takes) for error in islice(leaves, MAX_PROBLEMS)
            ]
            misspelled = {refusal.meant for refusal in refusals if refusal.code == errors.UNKNOWN_FIELD.code}
            for refusal in refusals:
                if refusal.code != errors.REQUIRED_FIELD.code or refusal.origin.path not in misspelled:
                    yield _DESCRIPTIONS.get(refusal.code, _other)(refusal)
            more = sum(1 for _ in leaves)
            if more:
                message = f"the file has {more} more problem(s)"
                yield Problem("more-problems", message, "correct those that are shown and run again", Origin(file))

    def _takes(self, path: Path, text: str) -> bool:
        """Whether the text may stand where the path leads to. Settings are checked with their names."""
        rules, around = rules_at(self.fields, path), rules_at(self.fields, path[:-1])
        if not rules:
            return False
        kind, value = (around, {path[-1]: text}) if "valuesrules" in around else (rules, text)
        if id(kind) not in self._single:
            schema = UnvalidatedSchema({"value": kind})
            self._single[id(kind)] = _Validator(schema, error_handler=errors.BaseErrorHandler())
        return bool(self._single[id(kind)].validate({"value": value}, normalize=False))


class _Validator(Validator):  # type: ignore[misc] # cerberus has no types
    types_mapping = Validator.types_mapping | {
        "integer": TypeDefinition("integer", (int,), (bool,)),
        "float": TypeDefinition("float", (float, int), (bool,)),
    }

    def _error(self, *args: Any) -> None:
        """Cerberus sorts its list at every addition, which a file full of faults makes quadratic."""
        if len(args) == 1:
            self._errors.extend(args[0])
        elif isinstance(args[1], Complaint):
            super()._error(args[0], errors.CUSTOM, args[1])
        else:
            super()._error(*args)

    def leaves(self) -> Iterator[Any]:
        """The single errors of the last validation, without the groups around them."""
        return _leaves(self._errors)


def _leaves(found: Iterable[Any]) -> Iterator[Any]:
    for error in found:
        if error.is_group_error:
            yield from _leaves(error.child_errors)
        else:
            yield error


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What cerberus refused: the code of its error, the value's place, and what the schema says there."""

    error: Any
    origin: Origin
    rules: Rules
    around: Rules
    siblings: Fields
    secret: bool
    """Whether what was written may be a login or a secret: neither the value is shown nor a key that has none."""
    beside: Mapping[str, object]
    """The mapping that the key stands in; empty for an item of a list."""
    takes: Callable[[str], bool]
    """Whether a text may stand in the value's place."""

    @property
    def key(self) -> str:
        """The key of the value, or of the list it is in."""
        path = self.origin.path
        unnamed = self.secret and self.error.value is None and path[-1] not in self.siblings
        return REDACTED if unnamed else _key(path)

    @property
    def name(self) -> str:
        """How a sentence begins that speaks of the value."""
        return _name(self.origin.path) if isinstance(self.origin.path[-1], int) else f"`{self.key}`"

    @property
    def example(self) -> str:
        """A help text: the key with a value as it may be written, of an item the key of its list."""
        example = (self.rules.get("meta") or self.around.get("meta") or {}).get("example")
        return f"write for example `{self.key}: {example}`" if example else ""

    @property
    def code(self) -> int:
        """Which of cerberus' errors it is."""
        code: int = self.error.code
        return code

    @property
    def meant(self) -> Path:
        """The path of the key that an unknown key was probably meant to be; that one is then not called missing."""
        near = Vocabulary(self.siblings).nearest(self.key)
        return () if near is None else (*self.origin.path[:-1], near)

    def problem(self, id_: str, message: str, hint: str | None = None) -> Problem:
        """The problem at the value's place."""
        return Problem(id_, message, self.example if hint is None else hint, self.origin, secret=self.secret)


def _key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "the file")


def _name(path: Path) -> str:
    return f"item {path[-1] + 1} of `{_key(path)}`" if isinstance(path[-1], int) else f"`{_key(path)}`"


def _refusal(
    error: Any, fields: Fields, values: Mapping[str, object], file: str, takes: Callable[[Path, str], bool]
) -> _Refusal:
    path: Path = error.document_path
    around = rules_at(fields, path[:-1])
    siblings = {} if isinstance(path[-1], int) else around.get("schema", {})
    rules = rules_at(fields, path)
    unknown = error.code == errors.UNKNOWN_FIELD.code
    secret = (
        _in_login(fields, path)
        or (error.code == errors.BAD_TYPE.code and _holds_login(rules))
        or (unknown and any(map(_is_sensitive, siblings.values())))
    )
    return _Refusal(
        error, Origin(file, path), rules, around, siblings, secret, _mapping_at(values, path[:-1]), partial(takes, path)
    )


def _mapping_at(values: Any, path: Path) -> Mapping[str, object]:
    for step in path:
        values = values[step]
    return values if isinstance(values, dict) else {}


def _in_login(fields: Fields, path: Path) -> bool:
    return any(_is_sensitive(rules_at(fields, path[:end])) for end in range(1, len(path) + 1))


def _is_sensitive(rules: Rules) -> bool:
    return bool(rules.get("meta", {}).get("secret"))


def _holds_login(rules: Rules) -> bool:
    """Whether a login or a secret has its place at some depth of what these rules are of."""
    inside = rules.get("schema", {})
    parts = (inside,) if rules.get("type") == "list" else inside.values()
    return _is_sensitive(rules) or any(map(_holds_login, parts))


def rules_at(fields: Fields, path: Path) -> Rules:
    """The rules of what the path leads to; none for a key that the schema doesn't know."""
    rules: Rules = {"schema": fields}
    for step in path:
        inside = rules.get("schema", {})
        rules = inside if isinstance(step, int) else inside.get(step) or rules.get("valuesrules", {})
    return rules


def _cut_text(name: str, origin: Origin, *, secret: bool) -> Problem:
    message = f"{name} ends before the ` #`: unquoted, what stands behind it is a comment"
    hint = 'quote the whole text ("… #42 …"), or put the comment on a line of its own above'
    return Problem("cut-text", message, hint, origin, secret=secret)


def _custom(refusal: _Refusal) -> Problem:
    complaint: Complaint = refusal.error.info[0]
    message = complaint.message
    value = refusal.error.value
    for step in complaint.at:
        value = value[step]
    secret = complaint.secret or (refusal.secret and not isinstance(value, dict))
    if secret:
        written = complaint.at[-1] if value is None else value
        message = message.replace(repr(written), "what is written")
    message = redact(message)
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE // 2]} … {message[-_LONGEST_MESSAGE // 2 :]}"
    origin = refusal.origin.at(*complaint.at)
    return Problem(
        complaint.id,
        f"{refusal.name}: {message}",
        redact(complaint.help) or refusal.example,
        origin,
        complaint.part,
        secret=secret,
    )


def _missing(refusal: _Refusal) -> Problem:
    parent = Origin(refusal.origin.file, refusal.origin.path[:-1])
    within = next((f" in `{step}`" for step in reversed(parent.path) if isinstance(step, str)), "")
    return Problem("missing-key", f"`{refusal.key}` is missing{within}", refusal.example, parent)


def _unknown(refusal: _Refusal) -> Problem:
    key = refusal.key
    hint = Vocabulary(refusal.siblings).suggest(key) or f"keys here: {', '.join(sorted(refusal.siblings))}"
    if looks_secret(key):
        hint = "a secret is never written in a stack file; remove it, and change it where it is in use"
        kept = {name.removesuffix("_file") for name in refusal.siblings if name in REFERENCES}
        if "secrets_of" in (meta := refusal.around.get("meta", {})):
            kept &= set(meta["secrets_of"](refusal.beside))
        if kept and (secret := Vocabulary(kept).nearest(key) or min(kept)):
            hint = (
                f"a secret is never written here, only where it is: `{secret}_file: <path>` or `{secret}_env: <NAME>`"
            )
    message = f"levee knows no key `{_cut(key)}` here"
    return Problem("unknown-key", message, hint, refusal.origin, Part.KEY, secret=refusal.secret)


def _empty_value(refusal: _Refusal) -> Problem:
    return refusal.problem("no-value", f"{refusal.name} has no value")


def _wrong_type(refusal: _Refusal) -> Problem:
    allowed = refusal.rules["type"]
    wanted = " or ".join(_TYPES[kind] for kind in ([allowed] if isinstance(allowed, str) else allowed))
    value = refusal.error.value
    written = (
        "a number with a point or an exponent" if allowed == "integer" and isinstance(value, float) else _kind(value)
    )
    return refusal.problem("wrong-type", f"{refusal.name} must be {wanted}, not {written}", _other_type(refusal))


def _other_type(refusal: _Refusal) -> str | None:
    """What to write in place of a value of the wrong type; None: an example."""
    value, unit = refusal.error.value, _UNIT.fullmatch(refusal.example)
    if "allowed" in refusal.rules:
        return f"allowed: {_listed(refusal.rules['allowed'])}"
    if refusal.rules["type"] == "integer" and isinstance(value, float) and value.is_integer():
        return f"write `{refusal.key}: {int(value)}`"
    if refusal.rules["type"] != "string" or not isinstance(value, int | float):
        return None
    if refusal.takes(str(value)):
        return "put the value in quotes"
    with_unit = f"{value}{unit[1]}" if unit else ""
    return f"write for example `{refusal.key}: {with_unit}`" if with_unit and refusal.takes(with_unit) else None


def _kind(value: object) -> str:
    kinds = {str: "string", bool: "boolean", int: "integer", float: "float", list: "list", dict: "dict"}
    return _TYPES[kinds[type(value)]]


def _listed(words: Iterable[str]) -> str:
    """The words as they are written: in quotes where they would be numbers without."""
    return ", ".join(word if is_text(word) else f'"{word}"' for word in words)


def _not_allowed(refusal: _Refusal) -> Problem:
    allowed = refusal.rules["allowed"]
    hint = Vocabulary(allowed).suggest(refusal.error.value)
    hint = (hint + " " if hint else "") + f"allowed: {_listed(allowed)}"
    written = "what is written" if refusal.secret else f"`{_cut(refusal.error.value)}`"
    return refusal.problem("bad-value", f"{refusal.name} can't be {written}", hint)


def _too_small(refusal: _Refusal) -> Problem:
    return refusal.problem("bad-value", f"{refusal.name} must be {refusal.rules['min']} or more")


def _too_large(refusal: _Refusal) -> Problem:
    return refusal.problem("bad-value", f"{refusal.name} must be {refusal.rules['max']} or less")


def _too_short(refusal: _Refusal) -> Problem:
    return refusal.problem("bad-value", f"{refusal.name} is empty")


def _too_long(refusal: _Refusal) -> Problem:
    length, most = len(refusal.error.value), refusal.rules["maxlength"]
    return refusal.problem("bad-value", f"{refusal.name} is {length} characters long; levee allows {most}")


def _other(refusal: _Refusal) -> Problem:
    return refusal.problem("bad-value", f"{refusal.name} has a value that levee can't use")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_DESCRIPTIONS: Final[Mapping[int, Callable[[_Refusal], Problem]]] = {
    errors.CUSTOM.code: _custom,
    errors.REQUIRED_FIELD.code: _missing,
    errors.UNKNOWN_FIELD.code: _unknown,
    errors.NOT_NULLABLE.code: _empty_value,
    errors.EMPTY_NOT_ALLOWED.code: _too_short,
    errors.MIN_LENGTH.code: _too_short,
    errors.MAX_LENGTH.code: _too_long,
    errors.BAD_TYPE.code: _wrong_type,
    errors.UNALLOWED_VALUE.code: _not_allowed,
    errors.MIN_VALUE.code: _too_small,
    errors.MAX_VALUE.code: _too_large,
}
