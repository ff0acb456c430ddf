"""Passwords in Secrets Manager: there and nowhere else, asked for together, gone when revoked."""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from levee.clock import SYSTEM_CLOCK
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret, NewSecret
from levee_infra.providers.protocol import burst, read_ahead
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.secrets_manager import SecretsManagerLocation, SecretsManagerStore
from tests.support.aws.api import AwsApi

PREFIX = "AmazonMSK_levee/test/"
PASSWORD = "hunter2hunter2hunter2"
BILLING = CredentialName("billing", 1)
WHOLE: Properties = {
    "kind": "secrets-manager",
    "prefix": PREFIX,
    "account": "123456789012",
    "region": "eu-central-1",
}


@pytest.fixture
def aws(aws_api: AwsApi) -> AwsApi:
    """The API, empty."""
    aws_api.reset()
    return aws_api


@pytest.fixture
def manager(aws: AwsApi) -> Any:
    """Secrets Manager by hand."""
    return aws.client("secretsmanager")


@pytest_asyncio.fixture
async def store(aws: AwsApi) -> AsyncIterator[SecretsManagerStore]:
    connection = AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file))
    opened = SecretsManagerLocation(connection, PREFIX).open(ClientConnection(("broker:9096",), None))
    yield opened
    await opened.close()


def place(manager: Any, *names: CredentialName) -> None:
    """The secrets, without values, as levee:aws:Secret makes them."""
    for name in names:
        manager.create_secret(Name=f"{PREFIX}{name.username}", Description="x")


def new(name: CredentialName = BILLING) -> NewSecret:
    return NewSecret(name, Password(PASSWORD), SYSTEM_CLOCK.today())


def the_text_of(failure: object) -> str:
    assert isinstance(failure, FailedError | RefusedError)
    return f"{failure} {failure!r} {''.join(traceback.format_exception(failure))}"


async def test_what_is_kept_is_found_and_has_the_form_that_msk_reads(manager: Any, store: SecretsManagerStore) -> None:
    place(manager, BILLING)
    assert await store.find([BILLING]) == [None]
    reference = f"secrets-manager:123456789012:eu-central-1:{PREFIX}billing.g1"
    (kept,) = await store.keep([new()])
    assert isinstance(kept, KeptSecret)
    assert (kept.reference, kept.password.reveal(), kept.fit) == (reference, PASSWORD, Fit.CURRENT)

    value = json.loads(manager.get_secret_value(SecretId=f"{PREFIX}billing.g1")["SecretString"])
    assert value == {"username": "billing.g1", "password": PASSWORD}
    (found,) = await store.find([BILLING])
    assert isinstance(found, KeptSecret)
    assert (found.reference, found.password.reveal(), found.fit) == (reference, PASSWORD, Fit.CURRENT)
    assert found == kept
    assert PASSWORD not in f"{found!r} {found} {new()!r} {store!r} {vars(store)!r}"


async def test_each_value_is_a_version_whoever_writes_it_and_each_look_tells_which(
    manager: Any, store: SecretsManagerStore
) -> None:
    orders, secret = CredentialName("orders", 1), f"{PREFIX}billing.g1"
    place(manager, BILLING, orders)
    first, second = [one for _ in range(2) for one in await store.keep([new()])]
    assert isinstance(first, KeptSecret)
    assert isinstance(second, KeptSecret)
    assert first.version != second.version
    manager.update_secret(SecretId=secret, Description="another")
    assert await store.find([BILLING]) == [second]
    assert await store.find([BILLING, orders]) == [second, None]  # one without a value: each is asked for by itself
    value = manager.get_secret_value(SecretId=secret)["SecretString"]
    theirs = manager.put_secret_value(SecretId=secret, SecretString=value)["VersionId"]
    (found,) = await store.find([BILLING])
    assert isinstance(found, KeptSecret)
    assert (found.password.reveal(), found.version) == (PASSWORD, theirs)


async def test_a_revoked_secret_holds_no_password_even_when_it_is_brought_back(
    manager: Any, store: SecretsManagerStore
) -> None:
    place(manager, BILLING)
    await store.keep([new()])
    assert await store.forget([BILLING]) == [None]
    assert await store.forget([BILLING, CredentialName("nobody", 1)]) == [None, None]
    assert await store.find([BILLING]) == [None]

    manager.restore_secret(SecretId=f"{PREFIX}billing.g1")
    assert await store.find([BILLING]) == [None]
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        assert (
            PASSWORD not in manager.get_secret_value(SecretId=f"{PREFIX}billing.g1", VersionStage=stage)["SecretString"]
        )


async def test_many_are_asked_for_twenty_at_a_time(aws: AwsApi, manager: Any, store: SecretsManagerStore) -> None:
    names = [CredentialName(f"service-{number}", 1) for number in range(45)]
    place(manager, *names)
    kept = await store.keep([new(name) for name in names])
    assert len({one.reference for one in kept if isinstance(one, KeptSecret)}) == 45
    aws.reset_calls()

    missing = CredentialName("nobody", 1)
    found = await store.find([*names[:30], missing, *names[30:]])
    assert [isinstance(one, KeptSecret) for one in found] == [True] * 30 + [False] + [True] * 15
    assert found[30] is None
    assert dict(aws.calls()) == {"secretsmanager:BatchGetSecretValue": 3}
    assert await store.kept() == sorted(names)


@pytest.fixture
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "PAUSE_SECONDS", 60.0)
    monkeypatch.setattr(read_ahead, "MAX_AGE_SECONDS", 600.0)


@pytest.mark.usefixtures("_slow_machine")
async def test_values_that_are_seen_one_by_one_are_read_twenty_at_a_time(
    aws: AwsApi, manager: Any, store: SecretsManagerStore
) -> None:
    names = [CredentialName(f"service-{number}", 1) for number in range(60)]
    place(manager, *names)
    await store.keep([new(name) for name in names])
    batched = BatchedStore(store)
    aws.reset_calls()
    assert all([await batched.seen(name) for name in names])
    calls = aws.calls()
    assert (calls["secretsmanager:GetSecretValue"], calls["secretsmanager:ListSecrets"]) == (0, 1)
    assert calls["secretsmanager:BatchGetSecretValue"] <= 10


async def test_what_is_about_to_be_changed_is_found_as_it_is_now(manager: Any, store: SecretsManagerStore) -> None:
    names = [CredentialName(f"service-{number}", 1) for number in range(12)]
    place(manager, *names)
    await store.keep([new(name) for name in names])
    batched = BatchedStore(store)
    assert all([await batched.seen(name) for name in names[:6]])  # the others are read along
    await store.forget(names)  # by somebody else
    assert [await batched.find(name) for name in names[6:]] == [None] * 6


async def test_nothing_that_was_read_along_outlives_a_write(manager: Any, store: SecretsManagerStore) -> None:
    names = [CredentialName(f"service-{number}", 1) for number in range(12)]
    place(manager, *names)
    await store.keep([new(name) for name in names])
    batched = BatchedStore(store)
    assert all([await batched.seen(name) for name in names[:6]])
    await batched.forget(names[-1])
    assert await batched.seen(names[-1]) is None
    written = await batched.keep(names[-2], Password("of a later day"), None)
    assert (seen := await batched.seen(names[-2])) is not None
    assert seen.version == written.version


async def test_who_may_not_list_values_reads_each(aws: AwsApi, manager: Any, store: SecretsManagerStore) -> None:
    names = [CredentialName(f"service-{number}", 1) for number in range(8)]
    place(manager, *names)
    await store.keep([new(name) for name in names])
    batched = BatchedStore(store)
    aws.fail("secretsmanager:ListSecrets", "denied", times=8)
    assert all([await batched.seen(name) for name in names])
    aws.forget_faults()


FOREIGN = {
    "text": "hunter2",
    "another's": json.dumps({"username": "orders.g1", "password": PASSWORD}),
    "no password": json.dumps({"username": "billing.g1", "password": ""}),
    "a list": json.dumps([PASSWORD]),
}


async def test_a_value_that_levee_did_not_write_fails_for_its_own_service_only(
    manager: Any, store: SecretsManagerStore
) -> None:
    orders = CredentialName("orders", 1)
    place(manager, BILLING, orders)
    await store.keep([new(orders)])
    for value in FOREIGN.values():
        manager.put_secret_value(SecretId=f"{PREFIX}billing.g1", SecretString=value)
        failure, found = await store.find([BILLING, orders])
        assert "move it away" in the_text_of(failure)
        assert "hunter2" not in the_text_of(failure)
        assert isinstance(found, KeptSecret)


async def test_each_failure_is_its_own_services_and_quotes_no_password(
    aws: AwsApi, manager: Any, store: SecretsManagerStore
) -> None:
    orders = CredentialName("orders", 1)
    place(manager, orders)
    missing, kept = await store.keep([new(), new(orders)])
    assert "ResourceNotFoundException (request " in the_text_of(missing)
    assert isinstance(kept, KeptSecret)
    assert kept.reference == f"secrets-manager:123456789012:eu-central-1:{PREFIX}orders.g1"

    aws.fail("secretsmanager:PutSecretValue", "denied", times=2)
    failures = [*await store.keep([new(orders)]), *await store.forget([orders])]
    for failure in failures:
        assert "AccessDeniedException (request " in the_text_of(failure)
        assert PASSWORD not in the_text_of(failure)
    (found,) = await store.find([orders])
    assert isinstance(found, KeptSecret)


async def test_what_may_not_be_read_is_not_taken_for_absent(aws: AwsApi, store: SecretsManagerStore) -> None:
    aws.fail("secretsmanager:BatchGetSecretValue", "denied")
    with pytest.raises(FailedError, match="AccessDenied"):
        await store.find([BILLING])


def test_of_what_aws_says_nothing_nothing_is_known() -> None:
    location = SecretsManagerLocation(AwsConnection("123456789012", "eu-central-1"), PREFIX)
    store = location.open(ClientConnection((), None))
    for code, words in ((None, "AWS says nothing about it"), ("DecryptionFailure", "DecryptionFailure")):
        assert words in the_text_of(store._found(BILLING, None, code))
    assert store._found(BILLING, None, "ResourceNotFoundException") is None


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"prefix": ""}, ["prefix"]),
        ({"prefix": "Amazon MSK"}, ["prefix"]),
        ({"account": "1234"}, ["account"]),
        ({"directory": "/srv"}, ["directory"]),
        ({"prefix": UNKNOWN}, []),
        ({"region": UNKNOWN}, []),
    ],
)
def test_a_location_that_is_not_whole_is_none(changes: Properties, where: list[str]) -> None:
    fields = Fields({**WHOLE, **changes}, what="the secret store")
    assert SecretsManagerLocation.read(fields) is None
    assert [problem.property for problem in fields.problems] == where


async def test_equal_locations_are_one_store() -> None:
    one, other = (SecretsManagerLocation.read(Fields(WHOLE, what="the secret store")) for _ in range(2))
    assert one is not None
    assert hash(one) == hash(other)
    assert one == other
    await one.probe()


async def test_a_closed_store_holds_nothing_open(manager: Any, store: SecretsManagerStore) -> None:
    place(manager, BILLING)
    batched = BatchedStore(store)
    assert await batched.find(BILLING) is None
    await batched.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        await batched.find(BILLING)
