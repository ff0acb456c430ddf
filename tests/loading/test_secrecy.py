"""A password that somebody wrote into a stack file is told of without being shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics.redaction import looks_secret, may_hold_secret, redact
from tests.support.stack_files import StackFiles

SECRET = "hunter2-correct-horse"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


@pytest.mark.parametrize(
    "lines",
    [
        f"      password: {SECRET}",
        f'      password: "{SECRET}"',
        f"      password: |\n        {SECRET}",
        f"      password:\n        value: {SECRET}\n        other: 1",
        f"      password: [1, {SECRET}]",
        f"      Password: {SECRET}",
        f"      sasl.jaas.config: {SECRET}",
        f"      api_key: {SECRET}",
        f"      secretKey: {SECRET}",
        f"      token: {SECRET}\n      token: {SECRET}",
        f"      password: &a {SECRET}",
        f"      password: !x {SECRET}",
        f"      password_env: {SECRET}",
        f"      password_file: ~/{SECRET}",
        f"      password: {SECRET}: x",
        f"      password: '{SECRET}",
        f"      password_env: {SECRET}: x",
        f"     password: {SECRET}",
        f"      password: @{SECRET}",
    ],
)
def test_a_literal_password_is_not_shown(files: StackFiles, lines: str) -> None:
    shown = files.edit(files.stack, "      password_file: secrets/admin.password", lines).text()
    assert "hunter2" not in shown
    assert "stack.yaml:1" in shown


def test_the_help_says_how_to_name_a_secret(files: StackFiles) -> None:
    files.edit(files.stack, "password_file: secrets/admin.password", f"password: {SECRET}")
    hints = [each.help for each in files.diagnostics() if each.id == "unknown-key"]
    assert hints == [
        "a secret is never written here, only where it is: `password_file: <path>` or `password_env: <NAME>`"
    ]


def test_a_login_in_a_url_is_not_shown(files: StackFiles) -> None:
    sink = f'sinks: [{{name: s, kind: http, service: detection-engine, destination: "https://me:{SECRET}@host/"}}]'
    shown = files.add(files.orders, sink).text()
    assert "hunter2" not in shown
    assert "https://<redacted>@host/" in shown


def test_a_secret_in_an_unparsable_stream_file_is_not_shown(files: StackFiles) -> None:
    shown = files.add(files.orders, f"settings: {{password: {SECRET}, x: [}}").text()
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    "key", ["password", "PASSWORD", "sasl.password", "client_secret", "apiKey", "key", "keys", "pwd"]
)
def test_keys_that_look_secret(key: str) -> None:
    assert looks_secret(key)


@pytest.mark.parametrize("key", ["owner", "secrets", "customer_key_required", "monkey", "topic", "keyboard"])
def test_keys_that_do_not(key: str) -> None:
    assert not looks_secret(key)


def test_a_good_stack_file_is_not_suspected(files: StackFiles) -> None:
    assert not may_hold_secret(files.stack.read_text())
    assert may_hold_secret("a: 1\nmy-token: x")


def test_logins() -> None:
    assert redact("see https://a:b@c/d and http://e/f") == "see https://<redacted>@c/d and http://e/f"
