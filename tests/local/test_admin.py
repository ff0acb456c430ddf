"""The administrator's secrets: where they are and where they aren't."""

from __future__ import annotations

import base64
import hashlib
import re
import stat
from pathlib import Path

from levee_infra.local.admin import Administrator


def test_the_password_is_long_private_and_new_each_time(tmp_path: Path) -> None:
    one, other = Administrator(tmp_path / "one"), Administrator(tmp_path / "other")
    one.create()
    other.create()

    assert len(one.password()) >= 43
    assert one.password() != other.password()
    assert one.password_file.read_text() == one.password()
    assert stat.S_IMODE(one.password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.folder.stat().st_mode) == 0o700
    assert one.password() not in repr(one)


def test_client_settings_are_private_and_ready(tmp_path: Path) -> None:
    administrator = Administrator(tmp_path)
    administrator.create()
    administrator.write_client_settings("127.0.0.1:1,127.0.0.1:2", Path("/ca.pem"))

    settings = dict(line.split("=", 1) for line in administrator.client_settings.read_text().splitlines())
    assert settings == administrator.client("127.0.0.1:1,127.0.0.1:2", Path("/ca.pem"))
    assert settings["sasl.password"] == administrator.password()
    assert stat.S_IMODE(administrator.client_settings.stat().st_mode) == 0o600


def test_format_arguments_hold_the_salted_password_only(tmp_path: Path) -> None:
    administrator = Administrator(tmp_path)
    administrator.create()

    text = administrator.format_arguments()

    fields = dict(re.findall(r'(\w+)="?([^",\]]+)"?', text.split("[", 1)[1]))
    salt, salted = base64.b64decode(fields["salt"]), base64.b64decode(fields["saltedpassword"])
    assert fields["iterations"] == "8192"
    assert salted == hashlib.pbkdf2_hmac("sha512", administrator.password().encode(), salt, 8192)
    assert administrator.password() not in text
    assert len(text.splitlines()) == 2, "the storage tool takes one argument a line"
