"""What a project is called: with a stack's name it says whose things are."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee.loading.project_name import project_name


def test_a_folder_without_pulumis_file_is_levee(tmp_path: Path) -> None:
    assert project_name(tmp_path) == "levee"


@pytest.mark.parametrize("text", ["name: shop\n", "runtime:\n  name: python\nname: shop\noptions: {refresh: always}\n"])
def test_the_name_is_pulumis(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    assert project_name(tmp_path) == "shop"


@pytest.mark.parametrize(
    "text", ["", "runtime: python\n", "name: 7\n", "name: a/b\n", "name: a b\n", "name: ''\n", "- x\n", "name: [x\n"]
)
def test_one_that_names_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(LeveeError, match=r"Pulumi\.yaml") as caught:
        project_name(tmp_path)
    assert caught.value.exit_code == 2


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").mkdir()
    with pytest.raises(LeveeError, match=r"Pulumi\.yaml"):
        project_name(tmp_path)
