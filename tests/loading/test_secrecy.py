"""A password that somebody wrote into a stack file is told of without being shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics.redaction import HOLDERS, LOGINS, looks_secret, may_hold_secret, redact
from levee.diagnostics.text import render_text
from levee.fields.rules import Fields
from levee.loading.schema.stack_file import STACK
from levee_policies.report.as_json import as_json
from levee_policies.report.as_junit import as_junit
from levee_policies.report.as_sarif import as_sarif
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


ADMIN = "    admin:\n      username: admin\n      password_file: secrets/admin.password\n"
SECRETS = "secrets:\n  store: file\n  directory: secrets/services\n"
BAD = "hunter2secret"
OTHER_FORMS = [
    f"admin:{BAD}",
    f"'admin:{BAD}'",
    f"admin / {BAD}",
    f"[admin, {BAD}]",
    f"[{{user: {BAD}}}]",
    f"{{admin: {BAD}}}",
    f"{{admin:{BAD}}}",
    f"{{{BAD}}}",
    f"{{user: {{name: [{BAD}]}}}}",
    f"&a {BAD}",
    f"admin:{BAD} # and {BAD}",
    f"|\n        admin:{BAD}",
    f"admin:{BAD}: x",
    f"'admin:{BAD}",
    f"[{BAD}",
    f"\n      - {BAD}\n      - @",
    f"\n      login: admin:{BAD}",
    f"\n      username: admin:{BAD}",
    f"\n      username: {{admin: {BAD}}}",
    f"\n      password_file: [{BAD}]",
    f"\n      password_env: {{{BAD}: x}}",
    f"\n      bootstrap: ['admin:{BAD}@x', '{BAD}', '{BAD}']",
    f"\n      login: oauth\n      client_secret_env: 'a {BAD}'",
    f"\n      login: oauth\n      principal: ' {BAD}'",
    f"\n      login: oauth\n      extensions: [{BAD}]",
    f"\n      login: oauth\n      extensions: {{{BAD}}}",
    f"\n      login: oauth\n      extensions: {{a: {{b: {BAD}}}}}",
    f"\n      login: ibm-iam\n      api_key_file: {{a: {BAD}}}",
    f"\n      login: mutual-tls\n      key_file: [{BAD}]",
    f"\n      admin: &a {BAD}",
]


def _everywhere(files: StackFiles) -> str:
    diagnostics = files.diagnostics()
    assert diagnostics
    finished = [
        "\n".join(map(str, diagnostics)),
        render_text(diagnostics),
        as_json((), {}, diagnostics),
        as_sarif((), {}, errors=diagnostics),
        as_junit((), {}, errors=diagnostics),
    ]
    return "\n".join(finished)


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_a_login_in_another_form_is_not_shown(files: StackFiles, form: str) -> None:
    assert "hunter2" not in _everywhere(files.edit(files.stack, ADMIN, f"    admin: {form}\n"))


@pytest.mark.parametrize("form", [form for form in OTHER_FORMS if not form.startswith("\n      ")])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ADMIN, "    admn: {}\n"),
        (SECRETS, "secrets: {}\n"),
        (SECRETS, "admin: {}\n"),
        (SECRETS, "secrets:\n  store: {}\n"),
        (SECRETS, SECRETS + "aws:\n  credentials_file: {}\n"),
        ("  brokers: 3\n", "  brokers: 3\n  login: {}\n"),
        ("  brokers: 3\n", "  brokers: 3\n  settings: {}\n"),
    ],
)
def test_nor_is_one_where_none_belongs(files: StackFiles, old: str, new: str, form: str) -> None:
    if new.endswith("settings: {}\n") and form.startswith("{admin: "):
        return  # a setting of that name
    if "login" in new and form.startswith("&"):
        return  # a text that is no file of levee's: no schema has looked
    assert "hunter2" not in _everywhere(files.edit(files.stack, old, new.format(form)))


@pytest.mark.parametrize("form", [f"admin:{BAD}", f"[{BAD}]", f"[siem admin:{BAD}]", f"{{{BAD}: 1}}", f"[[{BAD}]]"])
def test_nor_a_sink_in_another_form(files: StackFiles, form: str) -> None:
    assert "hunter2" not in _everywhere(files.add(files.orders, f"sinks: {form}"))


@pytest.mark.parametrize("form", [f"cluster: admin:{BAD}", f"cluster: [admin, {BAD}]", f"cluster: {{x: {BAD}}}"])
def test_nor_what_stands_in_place_of_all_that_holds_one(files: StackFiles, form: str) -> None:
    files.stack.write_text(f"target: kafka\n{form}\n")
    assert "hunter2" not in _everywhere(files)


def test_nor_a_whole_file_in_another_form(files: StackFiles) -> None:
    files.stack.write_text(f"- admin:{BAD}\n")
    assert "hunter2" not in _everywhere(files)


def test_every_login_in_a_schema_is_known_to_what_reads_a_text_without_one() -> None:
    def holders(fields: Fields) -> set[str]:
        found = set()
        for key, rules in fields.items():
            if rules.get("meta", {}).get("secret") and rules["type"] == "dict":
                found.add(key)
            elif isinstance(rules.get("schema"), dict) and "type" not in rules["schema"]:
                inside = holders(rules["schema"])
                found |= inside | ({key} if inside & LOGINS else set())
        return found

    assert holders(STACK) <= HOLDERS


@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_a_value_that_nobody_reads_in_a_line_is_neither_shown_nor_searched(files: StackFiles, quote: str) -> None:
    text = "password=hunter2 " * 10_000
    shown = _everywhere(files.add(files.orders, f"description2: a\nfilter: {quote}{text}x{quote}\npassword: hunter2\n"))
    assert "hunter2" not in shown
    assert max(map(len, shown.splitlines())) < 20_000
