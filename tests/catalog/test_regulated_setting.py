"""What regulated topics may be set to, and which changes of it can cost records."""

from __future__ import annotations

import pytest

from levee.catalog.regulated_setting import REGULATED_SETTINGS


@pytest.mark.parametrize("setting", REGULATED_SETTINGS)
def test_what_levee_sets_itself_is_within_its_own_bounds(setting: str) -> None:
    rule = REGULATED_SETTINGS[setting]
    assert rule.problem(rule.default) is None
    assert not rule.is_harmful(rule.default, rule.default)


@pytest.mark.parametrize(
    ("setting", "before", "after", "harms"),
    [
        ("max.message.bytes", "2000", "1999", True),
        ("max.message.bytes", "2000", "10000", False),
        ("segment.ms", "999", "1000", True),
        ("segment.bytes", "2000000", "1048576", False),
        ("message.timestamp.before.max.ms", "1000", "999", True),
        ("message.timestamp.after.max.ms", "1000", "1001", True),
        ("min.insync.replicas", "2", "1", True),
        ("min.insync.replicas", "1", "2", False),
        ("cleanup.policy", "delete", "compact", True),
        ("compression.type", "zstd", "gzip", True),
        ("unclean.leader.election.enable", "false", "true", True),
        ("local.retention.ms", "-2", "1000", True),
        ("remote.storage.enable", "true", "false", True),
        ("delete.retention.ms", "86400000", "1", True),
    ],
)
def test_which_changes_can_cost_records(setting: str, before: str, after: str, harms: bool) -> None:
    assert REGULATED_SETTINGS[setting].is_harmful(before, after) is harms
