"""Patterns of approved destinations: a star never reaches out of the host, and none takes long."""

from __future__ import annotations

import pytest

from levee_policies.rules.con002_approved_destinations import _approves

SHORT = "https://siem.example.com/in"


@pytest.mark.parametrize(
    ("pattern", "destination"),
    [
        (SHORT, SHORT),
        ("https://*.example.com/*", SHORT),
        ("https://siem.*.com/in", "https://siem.eu-west.example.com/in"),
        ("https://*:8443/in", "https://a.example.com:8443/in"),
        ("s3://archive-*", "s3://archive-eu"),
        ("s3://archive/*", "s3://archive/a/b?c#d"),
        ("https://h/a*b*c", "https://h/a-b-b-c"),
        ("topic-*", "topic-a/b"),
        ("*", "anything://at/all"),
    ],
)
def test_what_a_pattern_covers(pattern: str, destination: str) -> None:
    assert _approves(pattern, destination)


@pytest.mark.parametrize(
    ("pattern", "destination"),
    [
        ("https://*.example.com/in", "https://evil.test/x.example.com/in"),
        ("https://*.example.com/in", "https://evil.test?.example.com/in"),
        ("https://*.example.com/in", "https://evil.test#.example.com/in"),
        ("https://*.example.com/in", "https://a@evil.example.com/in"),
        ("https://*.example.com/in", "https://evil.test:443.example.com/in"),
        ("https://*", "https://evil.test/in"),
        ("https://*/in", "http://a.test/in"),
        ("https://a.test/*", "https://a.test"),
        ("https://*_a.test/", "https://x.b_a.test.test/"),
        (SHORT, f"{SHORT}/more"),
    ],
)
def test_what_a_pattern_does_not_cover(pattern: str, destination: str) -> None:
    assert not _approves(pattern, destination)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "pattern", ["https://h/" + "*a" * 1_000 + "b", "https://" + "*a" * 1_000 + "b/", "*a" * 1_000 + "b"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    for destination in ("https://h/" + "a" * 2_000, "https://" + "a" * 2_000 + "/", "a" * 2_000):
        assert not _approves(pattern, destination)
