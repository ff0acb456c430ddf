"""Secrets in any text are left out of it, whatever they are called and whatever they look like."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from levee.diagnostics import LeveeError, redaction, secret_forms, secret_words
from levee.diagnostics.redaction import holds_secret, may_hold_secret, redact

# Made up, and joined here so that no scanner takes this file for a leak.
FORMS = {
    "aws id": "AKIA" + "IOSFODNN7EXAMPLE",
    "aws session id": "ASIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp_" + "a1B2" * 9,
    "github fine-grained": "github_pat_" + "11ABCDEFG0" * 8,
    "gitlab": "glpat-" + "x1Y2z3" * 4,
    "slack": "xoxb-" + "1234567890-1234567890-abcdefABCDEF",
    "stripe": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "vault": "hvs." + "CAESIJ1a2b3c4d5e6f7g8h9i0j",
    "pulumi": "pul-" + "0123456789" * 4,
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbU",
    "pem": "-----BEGIN " + "PRIVATE KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0\n-----END PRIVATE KEY-----",
    "pem cut short": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIBVgIBADANBg",
    "slack hook": "hooks.slack.com/services/" + "T00000000/B00000000/abcdefghijkl",
    "teams hook": "acme.webhook.office.com/webhookb2/" + "11111111-2222@33/IncomingWebhook/44/55",
    "discord hook": "discord.com/api/webhooks/" + "1234/abcd-efgh",
    "pagerduty hook": "events.pagerduty.com/integration/" + "0a1b2c3d/enqueue",
    "own hook": "1a2b3c4d5e6f7a8b9c0d",
}
AROUND = {
    "own hook": "https://chat.example.com/hooks/{}",
}
PLANTED = {
    "login": "https://me:{}@host.example.com/path",
    "login with a slash": "https://me:a/{}@host/path",
    "login without a name": "redis://:{}@host/0",
    "login without a scheme": "me:{}@host:9092",
    "oracle": "jdbc:oracle:thin:me/{}@host:1521/db",
    "query": "jdbc:postgresql://host/db?user=me&password={}&ssl=true",
    "signed url": "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature={}",
    "azure": "https://a.blob.core.windows.net/c?sv=2024&sig={}",
    "account key": "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={}",
    "bearer": "Authorization: Bearer {}",
    "bearer alone": "sent with Bearer {} last week",
    "assigned": "apikey = {}",
    "in json": '{{"password": "{}", "user": "me"}}',
    "in json in json": r'{{"a": "{{\"passwd\": \"{}\"}}"}}',
    "misspelled": "pasword: {}",
    "beside a reference": "password: ${{file:/a:b}}{}",
    "option": "--db-password {} --verbose",
    "said": "the password is {}, keep it",
    "said in quotes": "its passphrase is '{}'",
    "disguised": "pa55word: {}",
    "in a tag": "<password>{}</password>",
    "in a tuple": "('password', '{}')",
    "of curl": "curl -u me:{} https://host",
    "of mysql": "mysql -p{} -u root",
    "of sshpass": "sshpass -p {} ssh host",
    "jaas": 'ScramLoginModule required username="me" password="{}";',
    "changed": 'password: "old-{0}" => "new-{0}"',
    "changed too": "password: old -> {}",
}
SECRET = "hunter2-horse"


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("around", ["{}", "see {} there", "({})", "note={}", "a: '{}'"])
def test_a_secret_is_told_by_its_form(name: str, around: str) -> None:
    text = around.format(AROUND.get(name, "{}").format(FORMS[name]))
    shown = redact(text)
    assert FORMS[name][12:] not in shown
    assert "MIIB" not in shown
    assert holds_secret(text)


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("whole", [False, True])
def test_a_secret_is_told_by_what_stands_before_it(name: str, whole: bool) -> None:
    assert SECRET not in redact(PLANTED[name].format(SECRET), whole=whole)
    assert holds_secret(PLANTED[name].format(SECRET))


def test_in_a_file_the_rest_of_the_line_goes() -> None:
    assert redact("# password: correct horse", whole=True) == "# password: <redacted>"


def test_what_is_random_is_not_shown() -> None:
    assert "bPxRfi" not in redact("its wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY is new")


@pytest.mark.parametrize(
    "text",
    [
        "see https://host:9200/a@b and https://host/p@x and http://e/f",
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:AmazonMSK_levee/prod/orders-api-1-AbCdEf",
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "urn:pulumi:local::levee::levee:index:LogStream$kafka:index/userScramCredential:UserScramCredential::orders",
        " ~ levee:kafka:ServiceCredential orders-api",
        "`sasl.password` is a secret, which is never written here",
        "write a reference that is resolved where it runs: ${secretsManager:<name>:<field>}",
        "password_file: secrets/admin.password",
        "Authorization: Bearer ${secretsManager:siem:token}",
        "secrets: file",
        "bearer authentication, basic authentication",
        "principal User:alice@corp.example.com",
        "image app:1.2@sha256:0123456789abcdef",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "eu.orders.audit.v1 has 3 partitions; expected 6",
    ],
)
def test_what_holds_none_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text
    assert not holds_secret(text)


def test_an_error_holds_no_secret_in_either_text() -> None:
    error = LeveeError(f"https://a:{SECRET}@h is gone", f"try password={SECRET}")
    assert SECRET not in f"{error} {error!r} {error.message} {error.help}"


def test_logins() -> None:
    assert redact("see https://a:b@c/d and http://e/f") == "see https://<redacted>@c/d and http://e/f"


# Linear, by how it is built.

UNBOUNDED = 4096


def patterns(module: ModuleType) -> Iterator[re.Pattern[str]]:
    for value in vars(module).values():
        for each in value if isinstance(value, tuple) else (value,):
            found = each[1] if isinstance(each, tuple) and len(each) == 2 else each
            if isinstance(found, re.Pattern):
                yield found


ALL = [
    *(pattern for module in (redaction, secret_forms, secret_words) for pattern in patterns(module)),
    *(secret_forms.key_pattern(*key) for key in secret_forms.KEYS),
    *map(secret_forms.hook_pattern, secret_forms.HOOKS),
]


def operations(parsed: Any) -> Iterator[tuple[str, Any]]:
    for operation, argument in parsed:
        yield str(operation), argument
        for inner in argument if isinstance(argument, tuple | list) else (argument,):
            for part in inner if isinstance(inner, list) else (inner,):
                if hasattr(part, "data"):
                    yield from operations(part)


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.pattern[:60])
def test_no_pattern_gives_back_what_it_took_without_bound(pattern: re.Pattern[str]) -> None:
    """What repeats for ever is possessive; what can be given back is bounded, and not nested."""
    parser = sys.modules["re._parser"]
    for operation, argument in operations(parser.parse(pattern.pattern, pattern.flags)):
        if operation in {"MAX_REPEAT", "MIN_REPEAT"}:
            _, most, repeated = argument
            assert most <= UNBOUNDED or pattern in WORDS
            assert most == 1 or not any(inner in {"MAX_REPEAT", "MIN_REPEAT"} for inner, _ in operations(repeated))


WORDS = (secret_words._WORD,)  # its branches can't both take the same letters: one pass

HOSTILE = [
    *("a", " ", "=", ":", '"', "@", "://", "${", "a:", "a:@", "a b", "://a:b/", "thin:a/", "x:yyyy://@", "a.b-"),
    *("ghp_", "eyJ", "sk-", "AKIA", "hooks.slack.com/services/", "/hooks/a1", "Aa1bQ9", "-----BEGIN A-----"),
    *("password:", "pw=", 'password="', "password='\n", "password=arn:", "password=arn:x ", "session: a,", "auth=a\n"),
    *("Bearer ", "password ", "--password ", "passw0rd:", "password -> ", 'password="" => ', "k1=${", "a:bcde@"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_much_of_anything_comes_back(piece: str) -> None:
    """Anything quadratic would run into the tests' own time limit; `make bench` compares a megabyte with two."""
    text = (piece * (2**16 // len(piece) + 1))[: 2**16]
    assert isinstance(redact(text), str)
    assert isinstance(redact(text, whole=True), str)
    may_hold_secret(text)
    holds_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:AmazonMSK_levee/a417fcec0/a417fcec0-writer.g1-tZiLdL",
        "the secret AmazonMSK_levee/a1134c19c/a1134c19c-writer.g1 exists",
        "crn:v1:bluemix:public:messagehub:eu-de:a/6Db1b0d0B5c54ee5C201552547febcd8:Cb5a0252-8b8d-4390-B017-80b743d32839::",
    ],
)
def test_a_name_that_looks_random_is_no_secret(text: str) -> None:
    assert redact(text) == text
