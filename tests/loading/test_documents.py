"""Reading one file: what YAML levee takes, and what it says of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from levee.loading.documents import Document, read_document
from levee.loading.text import MAX_BYTES


def read(folder: Path, content: str | bytes) -> Document:
    (folder / "a.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(folder, "a.yaml")


def found(document: Document) -> list[str]:
    return [f"{each.id} {each.location.line}:{each.location.column}" for each in document.diagnostics if each.location]


def test_plain_values(tmp_path: Path) -> None:
    document = read(tmp_path, "a: [1, x, true, 0.5, ~]\nretire: {on: 2026-12-31}\nb: 'no'\nc: |\n  two\n  lines\n")
    assert document.diagnostics == ()
    assert document.values == {
        "a": [1, "x", True, 0.5, None],
        "retire": {"on": "2026-12-31"},
        "b": "no",
        "c": "two\nlines\n",
    }


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa: 1\n", b"a: 1\r\n", b"---\na: 1\n...\n", b"# c\n\na: 1"])
def test_harmless_forms(tmp_path: Path, content: bytes) -> None:
    document = read(tmp_path, content)
    assert (document.values, document.diagnostics) == ({"a": 1}, ())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ["empty-file 1:1"]),
        ("# nothing\n", ["empty-file 1:1"]),
        ("- a\n", ["not-a-mapping 1:1"]),
        ("text\n", ["not-a-mapping 1:1"]),
        ("a: 1\n---\nb: 2\n", ["several-documents 2:1"]),
        ("a: 1\nb: 2\na: 3\n", ["duplicate-key 3:1"]),
        ("x: {a: 1, a: 2}\n", ["duplicate-key 1:11"]),
        ("a: &x 1\nb: *x\n", ["yaml-anchor 1:4", "yaml-alias 2:4"]),
        ("a: {<<: {b: 1}}\n", ["yaml-merge 1:5"]),
        ("a: !!python/object:os.system x\n", ["yaml-tag 1:4"]),
        ("a: !secret x\n", ["yaml-tag 1:4"]),
        ("1: a\n", ["key-not-text 1:1"]),
        ("null: a\n", ["key-not-text 1:1"]),
        ("? [a]\n: b\n", ["key-not-text 1:3"]),
        ("a: yes\nb: 012\n", ["ambiguous-scalar 1:4", "ambiguous-scalar 2:4"]),
        ("a: [12:30, .nan]\n", ["ambiguous-scalar 1:5", "ambiguous-scalar 1:12"]),
        ("a: b: c\n", ["invalid-yaml 1:5"]),
        ("a:\n\tb: 1\n", ["invalid-yaml 2:1"]),
        ('a: 1\nb: "x\nc: 3\n', ["invalid-yaml 2:4"]),
        ("a: [1, 2\nb: 3\n", ["invalid-yaml 2:2"]),
        ("a: @x\n", ["invalid-yaml 1:4"]),
        ("a: 1\n b: 2\n", ["invalid-yaml 2:3"]),
        ("a: 1\n\u202eb: 2\n", ["unreadable-file 2:1"]),
        ("a: 1\nb: \x07\n", ["unreadable-file 2:4"]),
        (b"a: 1\nb: \xff\n", ["unreadable-file 2:4"]),
        ("a: 1\n".encode("utf-16"), ["unreadable-file 1:1"]),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, content: str | bytes, expected: list[str]) -> None:
    document = read(tmp_path, content)
    assert found(document) == expected
    assert all(each.message and each.help for each in document.diagnostics)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[[{", "{"])
def test_deep_nesting_is_an_error_not_a_crash(tmp_path: Path, opening: str) -> None:
    document = read(tmp_path, opening * 100_000)
    assert document.values is None
    assert document.diagnostics[-1].id in {"too-deep", "key-not-text"}


def test_a_billion_laughs_stay_one_line(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    document = read(tmp_path, "\n".join(lines))
    assert {each.id for each in document.diagnostics} == {"yaml-anchor", "yaml-alias"}
    assert len(document.diagnostics) == 50


def test_a_file_full_of_faults_is_told_in_part(tmp_path: Path) -> None:
    assert len(read(tmp_path, "a: yes\n" * 10_000).diagnostics) == 50


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    document = read(tmp_path, b"#" * (MAX_BYTES + 1))
    assert "larger than 4 MiB" in document.diagnostics[0].message


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "a.yaml").symlink_to("real.yaml")
    document = read_document(tmp_path, "a.yaml")
    assert document.values is None
    assert document.diagnostics[0].message == "the file is a symbolic link"


@pytest.mark.parametrize(("make", "what"), [(os.mkfifo, "a named pipe"), (os.mkdir, "a folder")])
def test_only_plain_files_are_read(tmp_path: Path, make: object, what: str) -> None:
    assert callable(make)
    make(tmp_path / "a.yaml")
    document = read_document(tmp_path, "a.yaml")
    assert document.diagnostics[0].message == f"this is not a plain file but {what}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    document = read_document(tmp_path, "a.yaml")
    assert document.diagnostics[0].message == "the file can't be read: No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").touch(mode=0)
    assert "Permission denied" in read_document(tmp_path, "a.yaml").diagnostics[0].message
