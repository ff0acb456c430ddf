"""Places of one's own, in stacks/sites.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import Rejected
from levee.loading.sites import load_sites

FILE = """\
sites:
  frankfurt-1:
    country: de
    address: Example Street 1, Frankfurt
    owner: platform-team
"""


def project(folder: Path, text: str) -> Path:
    (folder / "stacks").mkdir()
    (folder / "stacks" / "sites.yaml").write_text(text)
    return folder


def test_the_file_is_read(tmp_path: Path) -> None:
    site = load_sites(project(tmp_path, FILE))["frankfurt-1"]
    assert (site.country, site.owner) == ("de", "platform-team")
    assert site.origin.path == ("sites", "frankfurt-1")


def test_no_file_is_no_sites(tmp_path: Path) -> None:
    assert load_sites(tmp_path) == {}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("country: de", "country: eu", "bad-value 3:14"),
        ("country: de", "country: uk", "bad-value 3:14"),
        ("country: de", "country: DE", "bad-value 3:14"),
        ("    country: de\n", "", "missing-key 2:3"),
        ("    owner: platform-team\n", "", "missing-key 2:3"),
        ("country: de", "country: xx", "bad-value 3:14"),
        ("country: de", "country: el", "bad-value 3:14"),
        ("country: de", "country: deu", "bad-value 3:14"),
        ("frankfurt-1", "eu-west-2", "bad-name 2:3"),
        ("frankfurt-1", "eu-west-9", "bad-name 2:3"),
        ("frankfurt-1", "westeurope", "bad-name 2:3"),
        ("frankfurt-1", "global", "bad-name 2:3"),
        ("frankfurt-1", "Frankfurt 1", "bad-name 2:3"),
        ("address", "adress", "unknown-key 4:5"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_by_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(Rejected) as rejected:
        load_sites(project(tmp_path, FILE.replace(old, new)))
    assert rejected.value.exit_code == 2
    places = [
        f"{each.id} {each.location.line}:{each.location.column}" for each in rejected.value.diagnostics if each.location
    ]
    assert told in places


def test_a_file_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    for number, text in enumerate(("", "sites: {}", "sites: [", "other: 1")):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(Rejected):
            load_sites(project(folder, text))
