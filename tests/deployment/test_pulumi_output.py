"""What is read from the Pulumi CLI's lines, which are quoted from the CLI 3.260."""

from __future__ import annotations

from infra.deployment.pulumi_engine import _changes, _without_interrupted_program

RUN = """\
Previewing update (local):
Resources:
    + 4 to create

Updating (local):
 +  kafka:index:Topic orders created (0.1s)
Resources:
    + 3 created
    ~ 1 updated
    - 2 deleted
    5 unchanged

Duration: 3s
"""


def test_the_last_paragraph_of_counts_is_the_outcome() -> None:
    assert _changes(RUN.splitlines()) == {"create": 3, "update": 1, "delete": 2, "same": 5}


def test_a_component_that_goes_is_no_deletion() -> None:
    preview = """\
 -  levee:index:LogStream orders delete
 -  kafka:index:Topic debug delete
 -  levee:index:ServiceCredential orders-api delete
Resources:
    - 3 to delete
    5 unchanged
"""
    assert _changes(preview.splitlines()) == {"delete": 1, "same": 5}
    update = """\
 -  levee:index:LogStream orders deleting (0s)
 -  levee:index:LogStream debug deleting (0s)
 -  levee:index:LogStream debug deleted (0.00s)
Resources:
    - 2 deleted
    5 unchanged
"""
    assert _changes([*preview.splitlines(), *update.splitlines()]) == {"same": 5}


def test_a_program_that_pulumi_stopped_is_not_shown() -> None:
    lines = [
        "error: refused",
        "    Traceback (most recent call last):",
        '      File "x"',
        "    KeyboardInterrupt",
        "rest",
    ]
    assert list(_without_interrupted_program(lines)) == ["error: refused", "rest"]


def test_another_traceback_is_shown_whole() -> None:
    lines = ["    Traceback (most recent call last):", '      File "x"', "    ValueError: broken", "rest"]
    assert list(_without_interrupted_program(lines)) == lines
