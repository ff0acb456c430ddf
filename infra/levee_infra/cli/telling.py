"""What a command tells as it goes, and with `--json` what it comes to as one document."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from levee import __version__
from levee.diagnostics.redaction import redact
from levee.diagnostics.text import printable
from levee_infra.cli.colour import coloured

FORMAT: Final = 1
"""Raised where a key of the document goes or changes its meaning; keys may be added without."""
ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"+ ": "create", "= ": "adopt", "~ ": "update", "- ": "delete", "! ": "drift"}
)
"""What a line tells of, by how it begins."""
_WARNING: Final = "warning: "


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Give a command `--json`."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output (docs/reference/json.md)"
    )


class Telling:
    """The lines of a run: on standard output, or on standard error where that is for the document.

    Lines never hold a secret, nor what could act on a terminal: providers say what they like.
    """

    def __init__(self, command: str, stack: str, *, as_json: bool) -> None:
        self._head = {"format": FORMAT, "levee": __version__, "command": command, "stack": stack}
        self._as_json = as_json
        self._warnings: list[str] = []
        self.differences: list[dict[str, str]] = []

    def say(self, line: str) -> None:
        """Tell one line, at once."""
        shown = redact(printable(line))
        if action := ACTIONS.get(shown[:2]):
            self.differences.append({"action": action, "text": shown[2:]})
        elif shown.startswith(_WARNING):
            self._warnings.append(shown.removeprefix(_WARNING))
        stream = sys.stderr if self._as_json else sys.stdout
        stream.write(coloured(shown + "\n", stream))
        stream.flush()

    def end(self, **values: Any) -> None:
        """Write the document, if one was asked for."""
        if self._as_json:
            told = {"differences": self.differences, "warnings": self._warnings}
            sys.stdout.write(json.dumps({**self._head, **told, **values}, indent=2, sort_keys=True) + "\n")
