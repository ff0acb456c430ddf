"""A `pulumi` of our own on PATH: answers as the CLI does, does nothing, and notes what it is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from tests.support.rule_cases import STACK

_CLI: Final = """\
#!{python}
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
if sys.argv[1:3] == ["stack", "ls"]:
    print(json.dumps([{{"name": "{stack}"}}] if (here / "export.json").exists() else []))
elif sys.argv[1:3] == ["stack", "export"]:
    print((here / "export.json").read_text())
else:
    if sys.argv[1] == "destroy":
        (here / "export.json").unlink()
    (here / "skipped").open("a").write(os.environ.get("PULUMI_SKIP_CHECKPOINTS", "") + "\\n")
    (here / "calls").open("a").write(" ".join(sys.argv[1:3]) + "\\n")
    if "--event-log" in sys.argv and (here / "events").exists():
        pathlib.Path(sys.argv[sys.argv.index("--event-log") + 1]).write_text((here / "events").read_text())
    if (here / "said").exists():
        print((here / "said").read_text())
"""


class AnsweringCli:
    """The command in a folder, and what it was told."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "pulumi").write_text(_CLI.format(python=sys.executable, stack=STACK))
        (folder / "pulumi").chmod(0o755)

    def holds(self, document: object) -> None:
        """Answer this as the stack's export; without one there is no stack."""
        (self.folder / "export.json").write_text(json.dumps(document))

    def finds(self, events: str, said: str) -> None:
        """Write these events where it is told to, and say this."""
        (self.folder / "events").write_text(events)
        (self.folder / "said").write_text(said)

    @property
    def skipped_checkpoints(self) -> set[str]:
        """What the calls since the last look were told of checkpoints."""
        file = self.folder / "skipped"
        told = set(file.read_text().split("\n")[:-1])
        file.unlink()
        return told

    @property
    def calls(self) -> list[str]:
        """The first two words of every call but the questions."""
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []
