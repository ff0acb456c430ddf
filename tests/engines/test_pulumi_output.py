"""What is read from the Pulumi CLI's lines, which are quoted from the CLI 3.260."""

from __future__ import annotations

from levee_infra.engines.pulumi.engine import _changes

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
    6 changes. 5 unchanged

Duration: 3s
"""


def test_the_last_paragraph_of_counts_is_the_outcome() -> None:
    assert _changes(RUN.splitlines(), preview=False) == {"create": 3, "update": 1, "delete": 2, "same": 5}


def test_a_component_that_goes_is_no_deletion() -> None:
    preview = """\
 -  levee:index:LogStream orders delete
 -  kafka:index:Topic debug delete
 -  levee:index:ServiceCredential orders-api delete
Resources:
    - 3 to delete
    5 unchanged
"""
    assert _changes(preview.splitlines(), preview=True) == {"delete": 1, "same": 5}
    update = """\
 -  levee:index:LogStream orders deleting (0s)
 -  levee:index:LogStream debug deleting (0s)
 -  levee:index:LogStream debug deleted (0.00s)
Resources:
    - 2 deleted
    5 unchanged
"""
    assert _changes([*preview.splitlines(), *update.splitlines()], preview=False) == {"same": 5}


def test_counts_of_a_preview_are_no_outcome_of_what_followed() -> None:
    preview = "Resources:\n    - 64 to delete\n\nOutputs:\n    3 deleted\n"
    assert _changes(preview.splitlines(), preview=True) == {"delete": 64}
    assert _changes(preview.splitlines(), preview=False) == {}


def test_only_the_paragraph_counts() -> None:
    lines = "Resources:\n    - 64 deleted\n    3 errored\n\n    7 deleted\n"
    assert _changes(lines.splitlines(), preview=False) == {"delete": 64}
