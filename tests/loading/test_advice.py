"""What the help of a refused value says can be written as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def _only(files: StackFiles) -> tuple[str, str]:
    (found,) = files.diagnostics()
    return found.message, found.help


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("retention: 400", "`retention` must be text, not a whole number", "write for example `retention: 400d`"),
        ("retention: -1", "`retention` must be text, not a whole number", "write for example `retention: 7d`"),
        ("retention: 1.5", "`retention` must be text, not a number", "write for example `retention: 7d`"),
        ("retention: " + 23 * "9" + "d", f"`retention`: '{23 * '9'}d' is longer than Kafka can hold", ""),
    ],
)
def test_a_number_is_told_its_unit(files: StackFiles, written: str, message: str, hint: str) -> None:
    found = _only(files.edit(files.orders, "retention: 90d", written))
    assert (found[0], found[1] if hint else "") == (message, hint)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("partitions: 3.0", "write `partitions: 3`"),
        ("partitions: 3.5", "write for example `partitions: 3`"),
        ("partitions: 0x3", "quote it if you mean text; else write a plain decimal number"),
        ("partitions: " + 5000 * "9", "quote it if you mean text; else write a smaller one"),
    ],
)
def test_a_number_of_another_form(files: StackFiles, written: str, hint: str) -> None:
    message, found = _only(files.edit(files.orders, "partitions: 3", written))
    assert found == hint
    assert "whole number, not a number with a point" in message or written[12:] not in {"3.0", "3.5"}


@pytest.mark.parametrize("written", ["-1", "2", "[all]", "true"])
def test_of_words_those_allowed_are_told_in_quotes_where_they_need_them(files: StackFiles, written: str) -> None:
    producer = f"    kind: application\n    producer: {{acks: {written}, idempotent: true}}\n"
    assert _only(files.edit(files.orders, "    kind: application\n", producer))[1] == 'allowed: all, "1", "0"'


def test_quotes_are_advised_where_they_help(files: StackFiles) -> None:
    assert _only(files.edit(files.stack, "account: local", "account: 123456789012"))[1] == "put the value in quotes"


@pytest.mark.parametrize(
    ("login", "key", "meant"),
    [
        ("oauth", "client_secret", "client_secret"),
        ("oauth", "password", "client_secret"),
        ("oauth", "secret", "client_secret"),
        ("ibm-iam", "apikey", "api_key"),
        ("mutual-tls", "passphrase", "key_password"),
        ("plain", "token", "password"),
        ("scram-sha-512", "pasword", "password"),
    ],
)
def test_a_literal_secret_is_told_the_keys_of_its_login(files: StackFiles, login: str, key: str, meant: str) -> None:
    files.edit(files.stack, "      password_file: secrets/admin.password", f"      login: {login}\n      {key}: x")
    (hint,) = [each.help for each in files.diagnostics() if each.message == f"levee knows no key `{key}` here"]
    assert hint.endswith(f"only where it is: `{meant}_file: <path>` or `{meant}_env: <NAME>`")


def test_only_a_sinks_settings_are_told_of_a_secrets_manager(files: StackFiles) -> None:
    login = "login: oauth\n      token_url: https://x.example\n      client_id: x\n      client_secret_env: X\n"
    files.edit(files.stack, "username: admin\n", f"{login}      extensions: {{token: x1}}\n")
    files.edit(files.stack, "      password_file: secrets/admin.password\n", "")
    files.edit(files.stack, "  brokers: 3\n", "  brokers: 3\n  settings: {ssl.keystore.password: x}\n")
    hints = [each.help for each in files.diagnostics() if each.id == "literal-secret"]
    assert [hint.partition(":")[0] for hint in hints] == ["remove it", "remove it"]


def test_levees_own_words_are_no_secret(files: StackFiles) -> None:
    files.orders.write_text("- a\n- b\n")
    assert _only(files)[1] == "write `key: value` lines"


def test_missing_classes_are_told_how_they_look(files: StackFiles) -> None:
    files.classes.unlink()
    told = [each for each in files.diagnostics() if each.id == "unreadable-file"]
    assert [each.help.partition(" ")[0] for each in told] == ["write"]


def test_a_block_is_told_to_be_of_one_line(files: StackFiles) -> None:
    files.edit(files.orders, "description: Every change to an order.", "description: |\n  Every change.")
    assert "line break" in _only(files)[0]
