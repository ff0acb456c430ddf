"""One command at a time in a folder."""

from __future__ import annotations

import threading
from pathlib import Path

from levee_infra.local.lock import hold


def test_a_second_command_says_that_it_waits_and_then_goes_on(tmp_path: Path) -> None:
    waiting, events, lines = threading.Event(), list[str](), list[str]()

    def report(line: str) -> None:
        lines.append(line)
        waiting.set()

    def second() -> None:
        with hold(tmp_path, report):
            events.append("second")

    thread = threading.Thread(target=second)
    with hold(tmp_path, print):
        thread.start()
        assert waiting.wait(10)
        events.append("first")
    thread.join(10)

    assert events == ["first", "second"]
    assert "waiting for another command (pid " in lines[0]


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    try:
        with hold(tmp_path, print):
            raise ValueError
    except ValueError:
        pass
    lines: list[str] = []
    with hold(tmp_path, lines.append):
        assert lines == []
