"""levee:kafka:ServiceCredential against real brokers, over the provider's real protocol: life, rotation, end."""

from pathlib import Path

import pytest
from confluent_kafka import Producer

from levee_infra.providers.protocol.properties import Properties
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, client_settings, credential_engine
from tests.support.credential_inputs import WriterInputs, acl
from tests.support.kafka_clients import consume, login_error, produce, send
from tests.support.live_credentials import acls_of, iterations_of, users
from tests.support.provider_host import failure_of

pytestmark = pytest.mark.integration


def names_in(state: State) -> list[str]:
    return secrets_of(Path(str(dict(state.inputs["secretStore"])["directory"])))  # type: ignore[arg-type]


def secrets_of(folder: Path) -> list[str]:
    """What a store keeps, beside what keeps it out of git."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".gitignore")


async def test_a_writer_writes_and_a_reader_reads_with_their_files_as_they_are(
    engine: CredentialEngine, declare: WriterInputs, service: str, topic: str
) -> None:
    writer = await engine.create(declare())
    group = f"{service}-readers"
    reads = [acl(topic, "Read"), acl(topic, "Describe"), acl(group, "Read", "group")]
    reader = await engine.create(declare(service=f"{service}-reader", acls=reads))
    assert produce(client_settings(writer), topic) is None
    assert consume(client_settings(reader), topic, group) == b"a line"
    assert produce(client_settings(reader), topic) == "TOPIC_AUTHORIZATION_FAILED"
    assert consume(client_settings(reader), topic, f"{service}-others") == "GROUP_AUTHORIZATION_FAILED"
    assert consume(client_settings(writer), topic, group) == "GROUP_AUTHORIZATION_FAILED"


async def test_the_outputs_say_who_and_where(engine: CredentialEngine, declare: WriterInputs, service: str) -> None:
    inputs = declare()
    preview = await engine.create(inputs, preview=True)
    assert not declare.directory.exists()
    state = await engine.create(inputs)
    assert state.id == service
    assert {name: each for name, each in state.outputs.items() if name != "madeOn"} == preview.outputs
    assert state.outputs["username"] == f"{service}.g1"
    assert state.outputs["principals"] == [f"User:{service}.g1"]
    assert state.outputs["secretRef"] == f"file:{declare.directory}/{service}.g1.properties"
    assert "drift" not in state.outputs


async def test_a_second_run_changes_nothing(engine: CredentialEngine, declare: WriterInputs) -> None:
    state = await engine.create(declare())
    before = state.secret_file.read_bytes()
    live = await engine.refresh(state)
    assert live == state
    checked, _ = await engine.check(declare(), state.inputs)
    assert await engine.diff(state, checked) == {}
    assert state.secret_file.read_bytes() == before


async def test_acls_change_as_a_set_and_their_order_does_not_matter(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    state = await engine.create(declare())
    swapped, _ = await engine.check(declare(acls=[acl(topic, "Describe"), acl(topic, "Write")]), state.inputs)
    assert await engine.diff(state, swapped) == {}
    wanted = declare(acls=[acl(topic, "Describe"), acl(topic, "Read"), acl(service, "Read", "group")])
    checked, _ = await engine.check(wanted, state.inputs)
    assert sorted(await engine.diff(state, checked)) == ["acls[0]", "acls[1]", "acls[2]"]
    state = await engine.up(state, wanted)
    assert acls_of(cluster, f"User:{service}.g1") == {("DESCRIBE", topic), ("READ", topic), ("READ", service)}


async def test_both_generations_work_until_the_old_one_is_revoked(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    first = await engine.create(declare())
    second = await engine.up(first, declare(generation=2))
    assert second.outputs["principals"] == [f"User:{service}.g1", f"User:{service}.g2"]
    old, new = client_settings(first), client_settings(second)
    assert old["sasl.password"] != new["sasl.password"]
    assert produce(old, topic) is None
    assert produce(new, topic) is None

    third = await engine.up(second, declare(generation=2, previous="revoked"))
    assert third.outputs["principals"] == [f"User:{service}.g2"]
    assert login_error(old) == "_AUTHENTICATION"
    assert produce(new, topic) is None
    assert names_in(third) == ["ca.pem", f"{service}.g2.java.properties", f"{service}.g2.properties"]
    assert acls_of(cluster, f"User:{service}.g1") == set()
    assert await engine.refresh(third) == third


async def test_the_next_raise_revokes_the_generation_before_the_previous(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    first = await engine.create(declare())
    state = await engine.up(first, declare(generation=2))
    old = client_settings(first)
    state = await engine.up(state, declare(generation=3))
    assert state.outputs["principals"] == [f"User:{service}.g2", f"User:{service}.g3"]
    assert login_error(old) == "_AUTHENTICATION"
    assert users(cluster, service) == {f"{service}.g2", f"{service}.g3"}
    assert produce(client_settings(state), topic) is None


async def test_an_open_connection_is_cut_off_by_a_revocation(
    engine: CredentialEngine, declare: WriterInputs, topic: str
) -> None:
    first = await engine.create(declare())
    second = await engine.up(first, declare(generation=2))
    producer = Producer({**client_settings(first), "log_level": 0, "message.timeout.ms": 10_000})
    assert send(producer, topic) is None
    await engine.up(second, declare(generation=2, previous="revoked"))
    assert send(producer, topic) == "TOPIC_AUTHORIZATION_FAILED"


async def test_more_iterations_keep_the_password(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    state = await engine.create(declare())
    before = client_settings(state)
    state = await engine.up(state, declare(iterations=10_000))
    assert client_settings(state) == before
    assert login_error(before) is None
    assert iterations_of(cluster, f"{service}.g1") == [10_000]


async def test_moving_the_store_moves_the_secrets(
    engine: CredentialEngine, declare: WriterInputs, tmp_path: Path, topic: str
) -> None:
    state = await engine.up(await engine.create(declare()), declare(generation=2))
    password = client_settings(state)["sasl.password"]
    moved = declare(generation=2, secretStore={"kind": "file", "directory": str(tmp_path / "elsewhere")})
    state = await engine.up(state, moved)
    assert state.secret_file.parent == tmp_path / "elsewhere"
    assert client_settings(state)["sasl.password"] == password
    assert produce(client_settings(state), topic) is None
    assert secrets_of(declare.directory) == ["ca.pem"]
    assert len(names_in(state)) == 5
    assert await engine.refresh(state) == state


async def test_a_deleted_credential_leaves_nothing_and_may_be_deleted_again(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str
) -> None:
    state = await engine.up(await engine.create(declare()), declare(generation=2))
    for _ in range(2):
        await engine.delete(state)
        assert names_in(state) == ["ca.pem"]
        assert not users(cluster, service)
        assert not acls_of(cluster, f"User:{service}.g1") | acls_of(cluster, f"User:{service}.g2")
    assert await engine.refresh(state) is None


async def test_a_credential_cannot_be_imported(engine: CredentialEngine, declare: WriterInputs, service: str) -> None:
    await engine.create(declare())
    unknown = State(service, {}, {})
    failure = await failure_of(engine.refresh(unknown))
    assert "can't be imported: no broker tells a password" in str(failure.details())


async def test_a_user_without_a_secret_of_ours_is_left_alone(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    mine = await engine.create(declare())
    settings = client_settings(mine)
    for path in declare.directory.glob("*.properties"):
        path.unlink()
    for preview in (True, False):
        failure = await failure_of(engine.create(declare(), preview=preview))
        assert f"user {service}.g1 exists on the cluster, and levee holds no secret of it" in str(failure.details())
    assert produce(settings, topic) is None
    assert secrets_of(declare.directory) == ["ca.pem"]
    beside = await engine.create(declare(generation=2, previous="revoked"))
    assert beside.outputs["principals"] == [f"User:{service}.g2"]
    assert produce(settings, topic) is None


async def test_a_secret_of_another_cluster_is_left_alone(
    engine: CredentialEngine, declare: WriterInputs, service: str
) -> None:
    state = await engine.create(declare())
    await engine.delete(state)
    declare.directory.joinpath(f"{service}.g1.properties").write_text(
        f"bootstrap.servers=kafka.example:9093\nsasl.username={service}.g1\nsasl.password={'x' * 44}\n"
    )
    declare.directory.joinpath(f"{service}.g1.properties").chmod(0o600)
    failure = await failure_of(engine.create(declare()))
    assert "is a credential of another cluster" in str(failure.details())


async def test_what_check_refuses_stops_at_preview(engine: CredentialEngine, declare: WriterInputs) -> None:
    state = await engine.create(declare())
    _, failures = await engine.check(declare(generation=3, acls=[acl("*")]), state.inputs)
    assert set(failures) == {"acls[0].name"}
    _, failures = await engine.check(declare(generation=3), state.inputs)
    assert set(failures) == {"generation"}
    declare.directory.chmod(0o755)
    _, failures = await engine.check(declare(), state.inputs)
    assert "chmod 700" in failures["secretStore.directory"]


def _connection_of(cluster: LocalCluster, state: State) -> dict[str, object]:
    settings = client_settings(state)
    changed = {"saslUsername": settings["sasl.username"], "saslPassword": settings["sasl.password"]}
    kept = {name: value for name, value in cluster.provider_config().items() if name != "saslPasswordFile"}
    return {**kept, **changed}


async def test_without_privileges_nothing_looks_absent(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str
) -> None:
    state = await engine.create(declare())
    async with credential_engine(_connection_of(cluster, state)) as unprivileged:
        other: Properties = declare(service=f"{service}-other")
        for call in (
            unprivileged.create(other, preview=True),
            unprivileged.create(other),
            unprivileged.refresh(state),
            unprivileged.update(state, declare(iterations=9_000)),
            unprivileged.delete(state),
        ):
            details = str((await failure_of(call)).details())
            assert "lacks" in details
            assert "Describe on the cluster" in details
    assert await engine.refresh(state) == state


async def test_a_wrong_password_is_told_at_once(cluster: LocalCluster, declare: WriterInputs) -> None:
    config = {**cluster.provider_config(), "saslPassword": "not-the-password"}
    del config["saslPasswordFile"]
    async with credential_engine(config) as engine:
        details = str((await failure_of(engine.create(declare()))).details())
    assert "cannot connect" in details
    assert "not-the-password" not in details
