"""Whatever the files hold, loading ends in a stack or in words."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from levee.diagnostics import Diagnostic, LeveeError, Rejected
from levee.diagnostics.text import render_text
from levee.loading.schema.classes_file import CLASSES as CLASSES_FIELDS
from levee.loading.schema.stack_file import STACK as STACK_FIELDS
from levee.loading.schema.stream_file import STREAM as STREAM_FIELDS
from tests.support.stack_files import CLASSES, ORDERS, STACK, StackFiles

FILES = st.sampled_from(["classes", "stack", "orders"])
GOOD = {"classes": CLASSES, "stack": STACK, "orders": ORDERS}


def keys_of(fields: dict[str, Any]) -> Iterator[str]:
    for key, rules in fields.items():
        yield key
        for inner in (rules, rules.get("schema"), rules.get("valuesrules")):
            if isinstance(inner, dict) and isinstance(inner.get("schema"), dict):
                nested = inner["schema"]
                yield from keys_of(nested if "type" not in nested else {"item": nested})


KEYS = st.sampled_from(
    sorted({key for fields in (STREAM_FIELDS, STACK_FIELDS, CLASSES_FIELDS) for key in keys_of(fields)})
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=20),
    st.sampled_from(["7d", "10GiB", "audit", "orders", "none", "~", "file", "reader", "eu.orders.*", "siem-shipper"]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@contextmanager
def stack_files() -> Iterator[StackFiles]:
    """A folder for each example: Hypothesis draws many in one test, so tmp_path would be shared."""
    with tempfile.TemporaryDirectory() as folder:
        yield StackFiles(Path(folder))


def ends_in_words(files: StackFiles) -> None:
    """Anything that is not an error of ours fails the test by itself."""
    diagnostics: tuple[Diagnostic, ...] = ()
    try:
        files.load()
    except Rejected as rejected:
        diagnostics = rejected.diagnostics
    except LeveeError:
        return
    assert all(each.message and each.help for each in diagnostics), render_text(diagnostics)


@given(FILES, st.binary(max_size=200))
@example("orders", b"\xff\xfe")
@example("stack", b"\xef\xbb\xbf")
@example("classes", b"[" * 100_000)
@example("orders", b"a: &a [*a]")
@settings(max_examples=60, deadline=None)
def test_any_bytes(name: str, content: bytes) -> None:
    with stack_files() as files:
        getattr(files, name).write_bytes(content)
        ends_in_words(files)


@given(FILES, st.text(alphabet="abc:-[]{}&*!|>'\"%@`#,? \n\t01~<.", max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_punctuation(name: str, content: str) -> None:
    with stack_files() as files:
        getattr(files, name).write_text(content)
        ends_in_words(files)


@given(FILES, TREES)
@settings(max_examples=60, deadline=None)
def test_any_tree(name: str, tree: object) -> None:
    with stack_files() as files:
        getattr(files, name).write_text(yaml.safe_dump(tree), encoding="utf-8")
        ends_in_words(files)


@given(FILES, st.data())
@settings(max_examples=60, deadline=None)
def test_a_good_file_with_one_value_replaced(name: str, data: st.DataObject) -> None:
    tree = yaml.safe_load(GOOD[name].replace(" no", ' "no"'))
    node: Any = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(TREES)
    with stack_files() as files:
        getattr(files, name).write_text(yaml.safe_dump(tree), encoding="utf-8")
        ends_in_words(files)


@given(FILES, st.integers(0, 2000), st.integers(0, 40), st.text(max_size=10))
@settings(max_examples=60, deadline=None)
def test_a_good_file_with_a_piece_replaced(name: str, start: int, length: int, piece: str) -> None:
    text = GOOD[name]
    start %= len(text)
    with stack_files() as files:
        getattr(files, name).write_text(text[:start] + piece + text[start + length :], encoding="utf-8")
        ends_in_words(files)
