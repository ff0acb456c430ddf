"""Unquoted text that a ` #` cuts short: an error wherever the whole would be a value as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import Rejected
from levee.loading.sites import load_sites
from levee.loading.waivers import load_waivers
from tests.support.stack_files import StackFiles

APPROVAL = """\
approve:
  - change: retention-cut
    until: 2026-12-31
    approved_by: dpo
    reason: what is older is in the archive
    ticket: GOV-1
"""


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Every change to an order.", "Every change, see #42 for why"),
        ("owner: orders-team", "owner: orders #1"),
        ("owner: orders-team", "owner: orders-team # since May"),
        ("    kind: application\n", "    kind: cloudwatch-logs\n    log_pattern: ERROR #x\n"),
        ("retention: 90d", "retention: 90d\nlegal_basis: contract\t#7"),
        ("retention: 90d", "retention: 90d\nlegal_basis: contract\n  #7 of May"),
        ("retention: 90d", "retention: 90d\nlegal_basis: contract\n  and law #7"),
        ("retention: 90d", "retention: 90d\nfilter: severity >= 4 #and more"),
        (
            "retention: 90d",
            "retention: 90d\nsinks: [{name: a, kind: http, service: d,\n  destination: https://a.b/ #x\n  }]",
        ),
        (
            "retention: 90d",
            "retention: 90d\nsinks:\n  - name: a\n    kind: http\n    service: d\n    settings:\n      some.text: a #b",
        ),
    ],
)
def test_text_of_a_stream(files: StackFiles, old: str, new: str) -> None:
    diagnostics = files.edit(files.orders, old, new).diagnostics()
    assert "cut-text" in [each.id for each in diagnostics]
    told = next(each for each in diagnostics if each.id == "cut-text")
    assert "quote" in told.help
    assert told.location is not None
    assert told.location.line > 1


@pytest.mark.parametrize("key", ["approved_by: dpo", "reason: what is older is in the archive", "ticket: GOV-1"])
def test_text_of_an_approval(files: StackFiles, key: str) -> None:
    files.add(files.orders, APPROVAL).edit(files.orders, key, f"{key} #2")
    assert [each.id for each in files.diagnostics()] == ["cut-text"]


def test_paths_and_boundaries_of_a_stack(files: StackFiles) -> None:
    files.edit(files.stack, "certs/ca.pem", "certs/ca #1.pem")
    assert files.found() == ["cut-text stack.yaml:13:14"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Every change to an order.", '"Every change, see #42 for why"  # quoted'),
        ("Every change to an order.", "Every change#42"),
        ("partitions: 3", "partitions: 3  # as many as brokers"),
        ("retention: 90d", "retention: 90d  # a quarter"),
        ("retention: 90d", "retention: 90d\n    # indented oddly"),
        ("class: audit", "class: audit # who did what"),
        ("topic: eu.orders.audit.v1", "topic: eu.orders.audit.v1 # first"),
        ("compression.type: zstd", "compression.type: zstd # all readers have it"),
        ("[detection-engine]", "[detection-engine]  # its own"),
        ("owner: orders-team", "owner: orders-team\n# below"),
        ("  - service: orders-api\n", "  - service: orders-api  # writes\n    # of its own\n"),
    ],
)
def test_what_is_plainly_a_comment_stays(files: StackFiles, old: str, new: str) -> None:
    files.edit(files.orders, old, new).load()


def test_waivers_and_sites(files: StackFiles) -> None:
    stacks = files.project / "stacks"
    (stacks / "waivers.yaml").write_text(
        "waivers:\n  - rule: RLS-DUR-002  # fine\n    subject: test/stream/orders  # fine\n"
        "    reason: the third broker arrives, see #42\n    owner: o\n    ticket: GOV #1\n"
        "    approved_by: dpo\n    expires: 2026-12-01 # fine\n"
    )
    with pytest.raises(Rejected) as rejected:
        load_waivers(files.project, {"RLS-DUR-002"})
    assert [each.id for each in rejected.value.diagnostics] == ["cut-text"] * 2
    (stacks / "sites.yaml").write_text("sites:\n  plant:\n    country: de # fine\n    address: Hall #3\n    owner: o\n")
    with pytest.raises(Rejected) as rejected:
        load_sites(files.project)
    assert [each.id for each in rejected.value.diagnostics] == ["cut-text"]
