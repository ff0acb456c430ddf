"""Names that say that a secret stands under them, and their many relatives that don't."""

from __future__ import annotations

import pytest

from levee.diagnostics.secret_words import is_secret, looks_secret

SECRET = """
password PASSWORD passwd pwd pass passphrase pasword passwrod passw0rd s3cret passowrd password1 PGPASSWORD dbpass
userPassword secret client_secret secert secrte token tokn access-token authToken oauth_token apikey api_key
api-key apiKey APIKEY access_key aws_secret_access_key access_key_id private_key privateKey AccountKey
SharedAccessKey key keys my_key ssl.keystore.key delegation.token.master.key auth authorization Authorization
bearer credential credentails creds dsn connection_string connectionString sasl.jaas.config webhook
webhook_url slack.webhook signature X-Amz-Signature sig sas sas_url cookie session session_id jwt psk
"""
HARMLESS = """
secrets password_file password_env secret_store secrets.store secrets_manager credentials_file token_url
token.endpoint.url auth.type authorizer authorizer.class.name author authors passive bypass compass
pass.through passport passed taken tokenizer partition_key primary_key message.key kms_key
customer_key_required key.converter key.serializer monkey keyboard session.timeout.ms
password.encoder.iterations connection.url sasl.mechanism description reason ticket owner oauth secret_arn
config.providers.secretsManager.param.region
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_harmless(name: str) -> None:
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"),
        ("password", "${secretsManager:siem:password}"),
        ("authorization", "Bearer ${secretsManager:siem:token}"),
        ("ssl.client.auth", "required"),
        ("session", "3"),
        ("password", ""),
    ],
)
def test_no_secret_stands_there(name: str, value: str) -> None:
    assert not is_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("password", "true"), ("password", "${a:b:c}hunter2"), ("auth", "dXNlcjpodW50ZXIy"), ("pasword", "hunter")],
)
def test_a_secret_stands_there(name: str, value: str) -> None:
    assert is_secret(name, value)
