"""How Kafka's classes are run: a JVM that starts fast and stays small."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from levee_infra.local.java import Java

PASSED_ON = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "TZ"})
"""What a broker sees of our environment: it can be read as long as the broker runs, and ours may hold passphrases."""


@dataclass(frozen=True, slots=True)
class Jvm:
    """A Java and the checked jars it runs, all of one folder."""

    java: Java
    classpath: tuple[Path, ...]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process of this JVM; it names exactly the checked jars."""
        passed_on = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        return {**passed_on, "CLASSPATH": os.pathsep.join(str(jar) for jar in self.classpath)}

    def command(self, heap_mib: int, options: Sequence[str], main: str, *arguments: str | Path) -> list[str | Path]:
        """The command that runs `main`: one thread of garbage collection, the first compiler only, IPv4 only."""
        return [
            self.java.executable,
            f"-Xms{heap_mib}m",
            f"-Xmx{heap_mib}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.net.preferIPv4Stack=true",
            *options,
            main,
            *arguments,
        ]

    def sharing(self) -> list[str]:
        """Options to take parsed classes from the archive, where one was made."""
        archive = self.classpath[0].parent / _archive_name(self.java)
        return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto", "-Xlog:cds=off"] if archive.exists() else []

    def archiving(self, home: Path) -> list[str]:
        """Options for a broker in `home` to leave an archive of its classes there when it ends in order; none if this
        Java has its archive already. It saves a fifth of every later start and costs 3 s of one stop.
        """
        if self.sharing():
            return []
        return [f"-XX:ArchiveClassesAtExit={home / _archive_name(self.java)}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]


def keep_archive(home: Path, jar_folder: Path) -> None:
    """Move the archive that a broker left in `home` to the jars it was made of. Only a whole one may be kept."""
    for archive in home.glob(_archive_name()):
        if jar_folder.is_dir():
            waiting = jar_folder / f".{archive.name}.{os.getpid()}"
            shutil.move(archive, waiting)
            waiting.rename(jar_folder / archive.name)
        archive.unlink(missing_ok=True)


def drop_archive(home: Path) -> None:
    """Remove what a broker in `home` may have left half-written."""
    for archive in home.glob(_archive_name()):
        archive.unlink()


def _archive_name(java: Java | None = None) -> str:
    """The file for one Java's archive, or the pattern of all."""
    return f"classes-{java.version if java else '*'}.jsa"
