import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.password import Password, generate_password
from levee_infra.kafka.secret_store.client_settings import PLAIN, ClientConnection, read_librdkafka
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret, NewSecret
from levee_infra.kafka.secret_store.file_store import FileLocation, FileStore
from levee_infra.providers.protocol.failures import FailedError, RefusedError

NAME = CredentialName("billing", 1)
OTHER = CredentialName("siem", 2)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
CONNECTION = ClientConnection(("127.0.0.1:19092", "127.0.0.1:19102"), PEM)
NO_CA = ClientConnection(CONNECTION.bootstrap_servers, None)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state" / "secrets"


def store(directory: Path, connection: ClientConnection = CONNECTION) -> FileStore:
    return FileStore(FileLocation(directory), connection)


async def kept(directory: Path, name: CredentialName = NAME, connection: ClientConnection = CONNECTION) -> KeptSecret:
    (found,) = await store(directory, connection).find([name])
    assert isinstance(found, KeptSecret)
    return found


async def put(directory: Path, name: CredentialName = NAME, connection: ClientConnection = CONNECTION) -> Password:
    password = generate_password()
    (answer,) = await store(directory, connection).keep([NewSecret(name, password)])
    assert isinstance(answer, KeptSecret)
    assert (answer.password, answer.fit, answer.version) == (password, Fit.CURRENT, None)
    return password


async def refusal(directory: Path) -> str:
    try:
        (answer,) = await store(directory).find([NAME])
    except RefusedError as error:
        answer = error
    assert isinstance(answer, RefusedError)
    assert answer.problems[0].property == "secretStore.directory"
    return str(answer)


def files_in(directory: Path) -> list[Path]:
    """What the store holds, beside what keeps it out of git."""
    return [path for path in directory.iterdir() if path.name != ".gitignore"]


async def test_a_secret_is_kept_in_files_that_only_the_owner_reads(directory: Path) -> None:
    password = await put(directory)
    found = await kept(directory)
    assert found.password == password
    assert found.reference == f"file:{directory}/billing.g1.properties"
    assert found.fit is Fit.CURRENT
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in files_in(directory)} == {
        "billing.g1.properties": 0o600,
        "billing.g1.java.properties": 0o600,
        "ca.pem": 0o600,
    }


async def test_the_mode_does_not_depend_on_the_umask(directory: Path) -> None:
    before = os.umask(0)
    try:
        await put(directory)
    finally:
        os.umask(before)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "billing.g1.properties").stat().st_mode) == 0o600


async def test_the_record_is_ready_client_settings(directory: Path) -> None:
    password = await put(directory)
    assert read_librdkafka((directory / "billing.g1.properties").read_text()) == {
        "bootstrap.servers": "127.0.0.1:19092,127.0.0.1:19102",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "billing.g1",
        "sasl.password": password.reveal(),
        "ssl.ca.location": f"{directory}/ca.pem",
    }


async def test_what_all_log_in_as_is_checked_instead_of_the_name(directory: Path) -> None:
    password = await put(directory)
    by_key = ClientConnection(CONNECTION.bootstrap_servers, CONNECTION.ca, mechanism=PLAIN, user="token")
    (refused,) = await store(directory, by_key).find([NAME])
    assert isinstance(refused, RefusedError)
    await store(directory, by_key).keep([NewSecret(NAME, password)])
    assert (await kept(directory, connection=by_key)).fit is Fit.CURRENT
    assert "isn't a credential" in await refusal(directory)


async def test_the_ca_stands_beside_the_secrets_and_follows_the_connection(directory: Path) -> None:
    password = await put(directory)
    await put(directory, OTHER)
    assert (directory / "ca.pem").read_text() == PEM
    renewed = ClientConnection(CONNECTION.bootstrap_servers, PEM.replace("MIIB", "MIIC"))
    assert (await kept(directory, connection=renewed)).fit is Fit.OUTDATED
    await store(directory, renewed).keep([NewSecret(NAME, password)])
    assert "MIIC" in (directory / "ca.pem").read_text()
    (directory / "ca.pem").unlink()
    assert (await kept(directory, connection=renewed)).fit is Fit.OUTDATED


async def test_without_a_ca_no_file_of_one_is_named(directory: Path) -> None:
    await put(directory, connection=NO_CA)
    assert not (directory / "ca.pem").exists()
    assert "ssl" not in (directory / "billing.g1.properties").read_text().lower().replace("sasl_ssl", "")


async def test_what_is_not_kept_is_none_and_looking_makes_nothing(directory: Path) -> None:
    assert list(await store(directory).find([NAME, OTHER])) == [None, None]
    assert not directory.exists()
    await put(directory)
    assert list(await store(directory).find([OTHER])) == [None]


async def test_forgetting_leaves_nothing_and_may_be_repeated(directory: Path) -> None:
    await put(directory)
    await put(directory, OTHER)
    assert list(await store(directory).forget([NAME])) == [None]
    assert list(await store(directory).forget([NAME])) == [None]
    assert {path.name for path in files_in(directory)} == {
        "siem.g2.properties",
        "siem.g2.java.properties",
        "ca.pem",
    }
    assert list(await store(directory / "absent").forget([NAME])) == [None]


async def test_settings_for_another_address_or_ca_are_told_apart_from_another_cluster(directory: Path) -> None:
    await put(directory)
    more = ClientConnection(("127.0.0.1:19112", *CONNECTION.bootstrap_servers), CONNECTION.ca)
    assert (await kept(directory, connection=more)).fit is Fit.OUTDATED
    assert (await kept(directory, connection=NO_CA)).fit is Fit.OUTDATED
    elsewhere = ClientConnection(("kafka.example:9093",), CONNECTION.ca)
    assert (await kept(directory, connection=elsewhere)).fit is Fit.ELSEWHERE


async def test_a_missing_java_file_is_noticed(directory: Path) -> None:
    password = await put(directory)
    (directory / "billing.g1.java.properties").unlink()
    found = await kept(directory)
    assert (found.fit, found.password) == (Fit.OUTDATED, password)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o611])
async def test_a_file_that_others_can_use_is_refused(directory: Path, mode: int) -> None:
    await put(directory)
    (directory / "billing.g1.properties").chmod(mode)
    text = await refusal(directory)
    assert "open to others" in text
    assert "chmod 600" in text


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
async def test_a_directory_that_others_can_enter_is_refused(directory: Path, mode: int) -> None:
    await put(directory)
    directory.chmod(mode)
    assert "chmod 700" in await refusal(directory)
    with pytest.raises(RefusedError):
        await FileLocation(directory).probe()
    with pytest.raises(RefusedError):
        await put(directory, OTHER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_belongs_to_somebody_else_is_refused(directory: Path) -> None:
    await put(directory)
    os.chown(directory / "billing.g1.properties", 12345, 12345)
    assert "belongs to another user" in await refusal(directory)
    os.chown(directory, 12345, 12345)
    assert "belongs to another user" in await refusal(directory)


async def test_a_linked_file_is_refused_and_never_written_through(directory: Path, tmp_path: Path) -> None:
    await put(directory)
    record, victim = directory / "billing.g1.properties", tmp_path / "victim"
    record.rename(victim)
    record.symlink_to(victim)
    assert "is a link" in await refusal(directory)
    before = victim.read_text()
    (directory / ".billing.g1.properties.new").symlink_to(victim)
    await put(directory)
    assert victim.read_text() == before
    assert not record.is_symlink()


async def test_a_linked_directory_is_refused(directory: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    await put(real)
    directory.parent.mkdir()
    directory.symlink_to(real)
    assert "is a link or a file" in await refusal(directory)
    with pytest.raises(RefusedError):
        await put(directory)


async def test_a_named_pipe_is_refused_without_waiting(directory: Path) -> None:
    await put(directory)
    (directory / "billing.g1.properties").unlink()
    os.mkfifo(directory / "billing.g1.properties", 0o600)
    assert "isn't a plain file" in await refusal(directory)


def _cut(text: str) -> str:
    return text[: text.index("sasl.password=") + 20]


def _renamed(text: str) -> str:
    return text.replace("billing.g1", "siem.g1")


def _doubled(text: str) -> str:
    return text + text


@pytest.mark.parametrize("spoil", [_cut, _renamed, _doubled, lambda _: "", lambda _: "\x00\xff"])
async def test_a_torn_or_foreign_record_is_refused_without_quoting_it(
    directory: Path, spoil: Callable[[str], str]
) -> None:
    password = await put(directory)
    record = directory / "billing.g1.properties"
    record.write_text(spoil(record.read_text()))
    text = await refusal(directory)
    assert "isn't a credential of billing.g1" in text
    assert password.reveal()[:6] not in text


async def test_one_bad_file_does_not_stand_in_the_way_of_others(directory: Path) -> None:
    await put(directory)
    await put(directory, OTHER)
    (directory / "billing.g1.properties").chmod(0o644)
    bad, good = await store(directory).find([NAME, OTHER])
    assert isinstance(bad, RefusedError)
    assert isinstance(good, KeptSecret)


async def test_what_a_killed_write_left_is_not_read_and_is_overwritten(directory: Path) -> None:
    await put(directory)
    left = directory / ".billing.g1.properties.new"
    left.write_text("sasl.password=half")
    assert (await kept(directory)).fit is Fit.CURRENT
    await put(directory)
    assert not left.exists()
    left.write_text("sasl.password=half")
    await store(directory).forget([NAME])
    assert [path.name for path in files_in(directory)] == ["ca.pem"]


async def test_a_write_that_fails_leaves_the_old_secret_and_no_trace(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = await put(directory)

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(FailedError):
        await store(directory).keep([NewSecret(NAME, generate_password())])
    monkeypatch.undo()
    assert (await kept(directory)).password == password
    assert sorted(path.name for path in files_in(directory)) == [
        "billing.g1.java.properties",
        "billing.g1.properties",
        "ca.pem",
    ]
