"""Colour: for a person at a terminal who wants it, over text that is escaped already."""

from __future__ import annotations

import io

import pytest

from levee_infra.cli.colour import coloured
from levee_infra.cli.telling import Telling


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("sign", ["+", "~", "-", "!", "="])
def test_a_change_has_the_colour_of_its_sign(sign: str) -> None:
    line = coloured(f"{sign} topic a\n", Terminal())
    assert line.startswith("\x1b[")
    assert line.endswith(f"{sign} topic a\x1b[0m\n")


@pytest.mark.parametrize(
    "line", ["error[RLS-RES-001] a\n", "error: a\n", "warning: a\n", "NOT PROVED: a\n", "Proved: a\n"]
)
def test_only_the_word_that_says_how_bad_it_is_has_colour(line: str) -> None:
    shown = coloured(line, Terminal())
    assert shown.startswith("\x1b[")
    assert "\x1b[0m" in shown.removesuffix("a\n")


@pytest.mark.parametrize("line", ["a + b\n", "  --> stacks/a.yaml:1:1\n", "ready: all\n"])
def test_the_rest_has_none(line: str) -> None:
    assert coloured(line, Terminal()) == line


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "")])
def test_who_wants_none_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert coloured("+ a\n", Terminal()) == "+ a\n"


def test_a_pipe_gets_none() -> None:
    assert coloured("+ a\n", io.StringIO()) == "+ a\n"


def test_what_could_act_on_the_terminal_is_escaped_before(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    Telling("up", "test", as_json=False).say("+ topic \x1b[2J\u202e")
    assert terminal.getvalue() == "\x1b[32m+ topic \\x1b[2J\\u202e\x1b[0m\n"
