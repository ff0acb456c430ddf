"""The JVM's command, its environment, and the archive of classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee_infra.local.java import Java
from levee_infra.local.jvm import Jvm, drop_archive, keep_archive


@pytest.fixture
def jvm(tmp_path: Path) -> Jvm:
    (tmp_path / "jars").mkdir()
    return Jvm(Java(Path("/usr/bin/java"), "17.0.15"), (tmp_path / "jars" / "a.jar", tmp_path / "jars" / "b.jar"))


def test_a_broker_sees_the_checked_jars_and_none_of_our_secrets(jvm: Jvm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "open sesame")
    monkeypatch.setenv("CLASSPATH", "/evil.jar")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-javaagent:/evil.jar")

    assert jvm.environment["CLASSPATH"] == ":".join(str(jar) for jar in jvm.classpath)
    assert jvm.environment.keys() <= {"CLASSPATH", "PATH", "HOME", "LANG", "TMPDIR", "TZ"}


def test_the_first_orderly_end_leaves_an_archive_that_later_starts_share(jvm: Jvm, tmp_path: Path) -> None:
    home = tmp_path / "1"
    home.mkdir()
    archive = home / "classes-17.0.15.jsa"
    assert jvm.sharing() == []
    assert f"-XX:ArchiveClassesAtExit={archive}" in jvm.archiving(home)
    archive.write_text("classes")

    keep_archive(home, tmp_path / "jars")

    assert f"-XX:SharedArchiveFile={tmp_path / 'jars' / archive.name}" in jvm.sharing()
    assert jvm.archiving(home) == []
    assert list(home.iterdir()) == []
    assert [path.name for path in (tmp_path / "jars").iterdir()] == [archive.name]


def test_another_java_makes_its_own_archive(jvm: Jvm, tmp_path: Path) -> None:
    (tmp_path / "jars" / "classes-21.0.2.jsa").write_text("classes")

    assert jvm.sharing() == []


def test_an_archive_that_may_be_a_part_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "classes-17.0.15.jsa").write_text("cla")

    drop_archive(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_archive_without_its_jars_is_of_no_use(tmp_path: Path) -> None:
    home = tmp_path / "1"
    home.mkdir()
    (home / "classes-17.0.15.jsa").write_text("classes")

    keep_archive(home, tmp_path / "gone")

    assert list(home.iterdir()) == []
    assert not (tmp_path / "gone").exists()
