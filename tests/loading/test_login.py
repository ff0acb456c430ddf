"""`cluster.security.admin`: each way to log in with its own keys, and never a secret itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.model.login import (
    IBM_TOKEN_URL,
    IbmIam,
    Login,
    MskIam,
    MutualTls,
    OAuth,
    Plain,
    Scram,
    SecretReference,
    user_of,
)
from tests.support.stack_files import StackFiles

SECRET = SecretReference(file="secrets/s")
TOKENS = "token_url: https://login.example.com/t, client_id: levee"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def written(files: StackFiles, admin: str) -> StackFiles:
    plain = "    admin:\n      username: admin\n      password_file: secrets/admin.password\n"
    return files.edit(files.stack, plain, f"    admin: {{{admin}}}\n")


@pytest.mark.parametrize(
    ("admin", "expected", "user"),
    [
        (
            "login: scram-sha-256, username: a, password_file: secrets/s",
            Scram(mechanism="SCRAM-SHA-256", username="a", password=SECRET),
            "a",
        ),
        (
            "login: plain, username: token, password_env: API_KEY",
            Plain(username="token", password=SecretReference(environment="API_KEY")),
            "token",
        ),
        (
            (
                f"login: oauth, {TOKENS}, client_secret_file: secrets/s, scope: a b, extensions: {{traceId: 1}}, "
                "token_ca_file: certs/t.pem, principal: levee"
            ),
            OAuth(
                token_url="https://login.example.com/t",
                client_id="levee",
                client_secret=SECRET,
                scope="a b",
                extensions={"traceId": "1"},
                ca_file="certs/t.pem",
                principal="levee",
            ),
            "levee",
        ),
        ("login: msk-iam", MskIam(region="eu-west-1", credentials_file=None), None),
        ("login: ibm-iam, api_key_file: secrets/s", IbmIam(api_key=SECRET, extensions={}), None),
        (
            (
                "login: ibm-iam, api_key_env: KEY, token_url: https://private.iam.cloud.ibm.com/identity/token, "
                "principal: iam-ServiceId-1"
            ),
            IbmIam(
                api_key=SecretReference(environment="KEY"),
                token_url=IBM_TOKEN_URL.replace("iam.", "private.iam."),
                extensions={},
                principal="iam-ServiceId-1",
            ),
            "iam-ServiceId-1",
        ),
        (
            (
                "login: mutual-tls, certificate_file: c.pem, key_file: k.pem, key_password_file: secrets/s, "
                'principal: "CN=levee,O=x"'
            ),
            MutualTls(certificate="c.pem", key="k.pem", key_password=SECRET, principal="CN=levee,O=x"),
            "CN=levee,O=x",
        ),
    ],
)
def test_each_way(files: StackFiles, admin: str, expected: Login, user: str | None) -> None:
    login = written(files, admin).load().cluster.security.admin
    assert login == expected
    assert user_of(login) == user


def test_addresses_of_its_own(files: StackFiles) -> None:
    cluster = written(files, 'login: msk-iam, bootstrap: ["127.0.0.1:1"]').load().cluster
    assert cluster.admin_bootstrap == ("127.0.0.1:1",)
    assert cluster.bootstrap[0] == "127.0.0.1:19092"


@pytest.mark.parametrize("key", ["client_secret_env", "client_secret_file", "api_key_env", "api_key_file"])
def test_a_secret_in_place_of_where_it_is_is_not_shown(files: StackFiles, key: str) -> None:
    login = "ibm-iam" if key.startswith("api") else f"oauth, {TOKENS}"
    assert written(files, f"login: {login}, {key}: '~hunter22 '").diagnostics()
    assert "hunter22" not in files.text()


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        ("login: kerberos", ["bad-value"]),
        ("login: oauth, client_id: levee, client_secret_env: S", ["missing-key"]),
        (f"login: oauth, {TOKENS}", ["no-client-secret"]),
        (f"login: oauth, {TOKENS}, client_secret_file: a, client_secret_env: B", ["no-client-secret"]),
        (f"login: oauth, {TOKENS}, client_secret_file: a, password_file: b", ["wrong-key"]),
        (f"login: oauth, {TOKENS}, client_secret: hunter22", ["no-client-secret", "unknown-key"]),
        ("login: oauth, token_url: http://example.com/t, client_id: l, client_secret_env: S", ["bad-value"]),
        ("login: oauth, token_url: https://u:p@example.com/t, client_id: l, client_secret_env: S", ["bad-value"]),
        ("login: oauth, token_url: 'https://example.com/t?x=y', client_id: l, client_secret_env: S", ["bad-value"]),
        (f"login: oauth, {TOKENS}, client_secret_env: S, extensions: {{auth: x}}", ["bad-name"]),
        (f"login: oauth, {TOKENS}, client_secret_env: S, extensions: {{a-b: x}}", ["bad-name"]),
        ("login: msk-iam, username: admin", ["wrong-key"]),
        ("login: ibm-iam", ["no-api-key"]),
        ("login: ibm-iam, api_key: hunter22", ["no-api-key", "unknown-key"]),
        ("login: ibm-iam, api_key_file: a, api_key_env: B", ["no-api-key"]),
        ("login: ibm-iam, api_key_file: a, client_id: levee", ["wrong-key"]),
        ("login: ibm-iam, api_key_file: a, token_url: http://iam.cloud.ibm.com/t", ["bad-value"]),
        ("login: ibm-iam, api_key_file: a, principal: siem.g1", ["admin-name"]),
        ("login: mutual-tls, certificate_file: c.pem", ["missing-key"]),
        ("login: mutual-tls, certificate_file: c, key_file: k, key_password_file: a, key_password_env: B",
         ["no-key-password"]),
        ("login: mutual-tls, certificate_file: c, key_file: k, principal: User:x", ["bad-value"]),
        ("login: mutual-tls, certificate_file: c, key_file: k, principal: siem.g1", ["admin-name"]),
        ("login: plain, username: admin.g1, password_file: a", ["admin-name"]),
    ],
)  # fmt: skip
def test_what_no_login_can_be_made_of(files: StackFiles, admin: str, expected: list[str]) -> None:
    diagnostics = written(files, admin).diagnostics()
    assert sorted(each.id for each in diagnostics) == expected
    assert "hunter22" not in files.text()
    assert "u:p@" not in files.text()
