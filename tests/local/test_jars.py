"""Jars are run only if they are exactly those that the repository lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from levee_infra.local import jars
from levee_infra.local.failure import LocalClusterError

CONTENT = {"a-1.jar": b"first", "b-2.jar": b"second"}


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two small jars are the ones listed."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    listing = tmp_path / "jars.sha256"
    listing.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
    monkeypatch.setattr(jars, "DIGESTS", listing)
    return digests


@pytest.fixture
def folder(tmp_path: Path, wanted: dict[str, str]) -> Path:
    """The folder that holds them."""
    folder = jars.jar_folder(tmp_path / "root")
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def fake_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A Maven that runs `script`; `$out` is the folder to fill."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "mvn").write_text(
        f'#!/bin/sh\nfor word; do case $word in -DoutputDirectory=*) out="${{word#*=}}";; esac; done\n{script}\n'
    )
    (programs / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")


def test_the_committed_list_names_kafka_and_its_logger() -> None:
    names = jars.read_digests(jars.DIGESTS.read_text())

    assert {"kafka_2.13-4.3.1.jar", "kafka-clients-4.3.1.jar", "log4j-core-2.25.4.jar"} <= names.keys()
    assert all(len(digest) == 64 for digest in names.values())


def test_the_right_jars_are_used_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    lines: list[str] = []

    assert jars.ensure_jars(folder.parent, lines.append) == (folder / "a-1.jar", folder / "b-2.jar")
    assert lines == []


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("a-1.jar", b"FIRST", "a-1.jar has changed"),
        ("a-1.jar", None, "a-1.jar is missing"),
        ("evil.jar", b"", "evil.jar is unknown"),
    ],
)
def test_any_other_jar_is_refused_and_left(folder: Path, file: str, content: bytes | None, message: str) -> None:
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)

    with pytest.raises(LocalClusterError, match=message) as refused:
        jars.ensure_jars(folder.parent, print)
    assert f"delete {folder}" in refused.value.help
    assert folder.exists()


def test_fetched_jars_are_kept_whole(tmp_path: Path, wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, monkeypatch, 'printf first >"$out/a-1.jar"; printf second >"$out/b-2.jar"')
    root = tmp_path / "root"
    (root / ".fetch-killed").mkdir(parents=True)

    classpath = jars.ensure_jars(root, print)

    assert [path.name for path in classpath] == ["a-1.jar", "b-2.jar"]
    assert sorted(path.name for path in root.iterdir()) == sorted(["lock", jars.jar_folder(root).name])


def test_a_fetched_jar_that_is_not_the_listed_one_is_thrown_away(
    tmp_path: Path, wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_maven(tmp_path, monkeypatch, 'printf first >"$out/a-1.jar"; printf changed >"$out/b-2.jar"')

    with pytest.raises(LocalClusterError, match=r"b-2\.jar has changed"):
        jars.ensure_jars(tmp_path / "root", print)
    assert {path.name for path in (tmp_path / "root").iterdir()} == {".gitignore", "lock"}


def test_what_maven_says_is_passed_on(tmp_path: Path, wanted: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    fake_maven(tmp_path, monkeypatch, "echo '[ERROR] no route to the repository'; exit 1")

    with pytest.raises(LocalClusterError, match="no route to the repository"):
        jars.ensure_jars(tmp_path / "root", print)
    assert {path.name for path in (tmp_path / "root").iterdir()} == {".gitignore", "lock"}
