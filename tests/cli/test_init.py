"""`levee init`: what it writes, and what it refuses."""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from levee import __version__
from levee.loading.load import stacks
from levee_infra.cli.main import main
from levee_infra.new_project import write_project
from tests.support.console import FENCE, commands
from tests.support.levee_process import levee

REPOSITORY = Path(__file__).parents[2]
STUBS = (
    "infra/__main__.py",
    *(f"infra/providers/{name}/{file}" for name in ("kafka", "levee") for file in ("PulumiPlugin.yaml", "__main__.py")),
    "policies/PulumiPolicy.yaml",
    "policies/__main__.py",
)
Captured = pytest.CaptureFixture[str]


def held(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_project_passes_and_says_what_to_run_next(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "new" / "of streams"
    assert main(["init", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "+ .github/workflows/levee.yml\n" in told
    assert "levee check" in told
    assert f"in '{folder}'" in told
    assert {path.removeprefix("+ ") for path in told.splitlines() if path.startswith("+ ")} == {
        path for path in held(folder) if (folder / path).is_file()
    }
    assert main(["check", "--project", str(folder)]) == 0
    assert stacks(folder) == ("local",)


def test_what_the_page_says_works_in_an_empty_folder(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "how-to" / "start-a-project.md").read_text()
    typed = [each.words for fence in FENCE.finditer(page) for each in commands(fence["text"])]
    assert ("levee", "init") in typed
    for words in typed:
        done = levee(*words[1:], cwd=tmp_path)
        assert done.returncode == 0, f"{words}: {done.stderr}"


def test_every_file_is_on_the_page(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "how-to" / "start-a-project.md").read_text()
    write_project(tmp_path)
    for path in tmp_path.iterdir():
        assert f"`{path.name}" in page


def test_the_stubs_are_the_repositorys_own(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert {stub: (tmp_path / stub).read_text() for stub in STUBS} == {
        stub: (REPOSITORY / stub).read_text() for stub in STUBS
    }
    own, made = (yaml.safe_load((each / "Pulumi.yaml").read_text()) for each in (REPOSITORY, tmp_path))
    told = {"name", "description"}
    assert {key: value for key, value in made.items() if key not in told} == {
        key: value for key, value in own.items() if key not in told
    }


def test_it_names_this_version(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert f"levee=={__version__}\n" in (tmp_path / "requirements.txt").read_text()
    for file in held(tmp_path):
        assert not (tmp_path / file).is_file() or "@" not in (tmp_path / file).read_text().replace("@v", "")


def test_compiled_files_of_an_installation_are_none_of_it(tmp_path: Path) -> None:
    template = files("levee_infra") / "template" / "infra"
    with pytest.MonkeyPatch.context() as patch:
        (compiled := Path(str(template)) / "__pycache__").mkdir(exist_ok=True)
        patch.chdir(tmp_path)
        try:
            write_project(tmp_path / "new")
        finally:
            if not any(compiled.iterdir()):
                compiled.rmdir()
    assert not any("__pycache__" in path for path in held(tmp_path))


@pytest.mark.parametrize("name", ["123", "true", "null", "1e3", "a.b_c-d"])
def test_any_folders_name_is_a_project_of_that_name(tmp_path: Path, name: str) -> None:
    write_project(tmp_path / name)
    assert yaml.safe_load((tmp_path / name / "Pulumi.yaml").read_text())["name"] == name


@pytest.mark.parametrize(("name", "made"), [("of streams ü", "of-streams"), ("a" * 200, "a" * 100)])
def test_what_pulumi_takes_in_no_name_is_left_out(tmp_path: Path, name: str, made: str) -> None:
    write_project(tmp_path / name)
    assert yaml.safe_load((tmp_path / name / "Pulumi.yaml").read_text())["name"] == made


@pytest.mark.parametrize("name", ["", "a b", "ü", "a" * 101, 'a"b', "a\nb"])
def test_a_name_that_pulumi_does_not_take_is_refused(tmp_path: Path, name: str) -> None:
    assert levee("init", "--name", name, cwd=tmp_path).returncode == 2
    assert held(tmp_path) == set()


@pytest.mark.parametrize("put", ["README.md", ".env", "stacks/", "Pulumi.yaml"])
def test_a_folder_that_holds_anything_is_refused_by_name(tmp_path: Path, put: str) -> None:
    (tmp_path / put).mkdir() if put.endswith("/") else (tmp_path / put).write_text("mine")
    before = held(tmp_path)
    done = levee("init", cwd=tmp_path)
    assert done.returncode == 2
    assert f"it holds {put.strip('/')}" in done.stderr
    assert held(tmp_path) == before


def test_a_repository_and_an_environment_may_be_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").symlink_to("/nonexistent")
    assert levee("init", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("put", ["file", "dangling", "fifo"])
def test_what_is_no_folder_is_refused(tmp_path: Path, put: str) -> None:
    place = tmp_path / "place"
    match put:
        case "file":
            place.write_text("mine")
        case "dangling":
            place.symlink_to(tmp_path / "nowhere" / "at all")
        case _:
            os.mkfifo(place)
    done = levee("init", str(place))
    assert done.returncode == 2
    assert held(tmp_path) == {"place"}


def test_a_folder_that_is_gone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = levee("init", cwd=tmp_path / "gone", preexec_fn=(tmp_path / "gone").rmdir)
    assert done.returncode == 2


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_was_begun_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    opened = Path.open

    def full(path: Path, *arguments: str, **options: str) -> object:
        if path.name == "stack.yaml" and "x" in arguments:
            raise error
        return opened(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    assert main(["init", str(tmp_path / "new" / "one")]) in {2, 130}
    assert held(tmp_path) == set()


def test_the_extra_is_what_the_local_api_needs() -> None:
    extra = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["local"]
    listed = (REPOSITORY / "requirements" / "local.in").read_text().splitlines()
    assert set(extra) == {line.split("#")[0].strip() for line in listed if line and line[0] not in "#-"}
