"""Which backend and passphrase `pulumi` is run with."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from levee_infra.deployed.location import file_backend
from levee_infra.engines.pulumi.environment import additions


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """A machine on which nobody ever ran `pulumi login`."""
    return {"PULUMI_HOME": str(tmp_path / "home")}


def test_without_any_choice_a_file_backend_and_a_passphrase_are_set_up(home: dict[str, str], tmp_path: Path) -> None:
    added = additions(tmp_path, home)
    passphrase = Path(added["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert file_backend(added) == tmp_path / ".levee" / "pulumi"
    assert stat.S_IMODE(passphrase.stat().st_mode) == 0o600
    assert len(passphrase.read_text()) >= 32
    assert additions(tmp_path, home) == added


def test_a_backend_that_was_named_stays(home: dict[str, str], tmp_path: Path) -> None:
    added = additions(tmp_path, {**home, "PULUMI_BACKEND_URL": "s3://state", "PULUMI_CONFIG_PASSPHRASE": ""})
    assert set(added) == {"PULUMI_SKIP_UPDATE_CHECK"}


def test_a_backend_that_was_logged_in_to_stays(home: dict[str, str], tmp_path: Path) -> None:
    folder = Path(home["PULUMI_HOME"])
    folder.mkdir()
    (folder / "credentials.json").write_text(json.dumps({"current": "https://api.example.com"}))
    assert "PULUMI_BACKEND_URL" not in additions(tmp_path, home)


def test_a_path_with_spaces_survives_the_url(home: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "büro eins"
    assert file_backend(additions(project, home)) == project / ".levee" / "pulumi"
