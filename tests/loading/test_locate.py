"""The way back from a declared value to its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.loading.locate import locate
from levee.model.origin import Origin
from levee.model.origin import Path as Steps
from levee.model.problem import Part

TEXT = """\
# a comment
owner: team
groups:
  - one
  - {name: two, at: [1, 2]}
nested:
  deep: |
    text
    text
empty:
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "part", "place", "line"),
    [
        (("owner",), Part.VALUE, "a.yaml:2:8", "owner: team"),
        (("owner",), Part.KEY, "a.yaml:2:1", "owner: team"),
        (("groups",), Part.VALUE, "a.yaml:3:1", "groups:"),
        (("groups", 0), Part.VALUE, "a.yaml:4:5", "  - one"),
        (("groups", 1, "at", 1), Part.VALUE, "a.yaml:5:25", "  - {name: two, at: [1, 2]}"),
        (("groups", 1), Part.VALUE, "a.yaml:5:5", "  - {name: two, at: [1, 2]}"),
        (("groups", 9, "name"), Part.VALUE, "a.yaml:3:1", "groups:"),
        (("nested", "deep"), Part.VALUE, "a.yaml:7:3", "  deep: |"),
        (("nested", "missing", "further"), Part.VALUE, "a.yaml:6:1", "nested:"),
        (("empty",), Part.VALUE, "a.yaml:10:1", "empty:"),
        ((), Part.VALUE, "a.yaml:2:1", "owner: team"),
        (("missing",), Part.VALUE, "a.yaml:2:1", "owner: team"),
    ],
)
def test_places(project: Path, path: Steps, part: Part, place: str, line: str) -> None:
    location, excerpt = locate(project, Origin("a.yaml", path), part)
    assert (str(location), excerpt) == (place, (line,))


def test_the_end_is_exclusive(project: Path) -> None:
    location, _ = locate(project, Origin("a.yaml", ("owner",)))
    assert (location.column, location.end_column) == (8, 12)


@pytest.mark.parametrize("content", [None, "", "a: [", "\x00"])
def test_a_file_that_changed_meanwhile_has_a_place_still(project: Path, content: str | None) -> None:
    if content is None:
        (project / "a.yaml").unlink()
    else:
        (project / "a.yaml").write_text(content)
    location, excerpt = locate(project, Origin("a.yaml", ("owner",)))
    assert (str(location), excerpt) == ("a.yaml:1:1", ())
