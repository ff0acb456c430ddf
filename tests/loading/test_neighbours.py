"""Two stacks of one project never claim the same thing of the same place; what can't be known of one is no pass."""

from __future__ import annotations

import string
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee.diagnostics import Rejected
from levee.loading.checks.claim import overlaps
from levee.loading.checks.neighbour import MOST_TOLD
from levee.loading.load import Stacks, load_stack
from levee.model.claim import Claim, Kind
from levee.model.name import NamePattern, PatternType
from levee.model.origin import Origin
from tests.support.stack_files import StackFiles

CLUSTER = "bGV2ZWUtbG9jYWwtMDAwMQ"
OTHER_CLUSTER = "bGV2ZWUtbG9jYWwtMDAwMg"
ACCOUNT = ("target: kafka\naccount: local", 'target: aws\naccount: "123456789012"')
SECRETS = (
    "store: file\n  directory: secrets/services",
    "store: aws-secrets-manager\n  prefix: AmazonMSK_levee/{}/\n  encrypted_by: stack-key",
)
SERVICES = ("siem-shipper", "orders-operator", "orders-api", "detection-engine")


@pytest.fixture
def test(tmp_path: Path) -> StackFiles:
    """The stack under test."""
    return StackFiles(tmp_path)


def beside(project: Path, name: str = "staging", *, here: bool = True) -> StackFiles:
    """Another stack on the same cluster, all of whose names are its own; not `here`: on another cluster."""
    files = StackFiles(project, name)
    for file in (files.stack, files.orders):
        text = file.read_text().replace("eu.orders.", f"eu.{name}.")
        for service in SERVICES:
            text = text.replace(service, f"{name}-{service}")
        file.write_text(text.replace("secrets/services", f"secrets/{name}"))
    if not here:
        files.edit(files.stack, CLUSTER, OTHER_CLUSTER)
    return files


def on_aws(*stacks: StackFiles) -> None:
    """Put stacks into one account, each with a prefix of its own for secrets."""
    for files in stacks:
        directory = next(line for line in files.stack.read_text().splitlines() if "directory:" in line)
        files.edit(files.stack, *ACCOUNT)
        files.edit(files.stack, f"store: file\n{directory}", SECRETS[1].format(files.name))


def test_stacks_on_one_cluster_with_names_of_their_own_are_fine(test: StackFiles) -> None:
    other = beside(test.project)
    assert [each.load().name for each in (test, other)] == ["test", "staging"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("orders", "topic: eu.staging.audit.v1", "topic: eu.orders.audit.v1", "the topic eu.orders.audit.v1"),
        ("orders", "topic: eu.staging.audit.v1", "topic: eu.orders.other", "the grant eu.orders.* of orders-operator"),
        ("stack", "topics: eu.staging.*", "topics: eu.*", "the grant eu.* of staging-orders-operator"),
        ("orders", "service: staging-orders-api", "service: orders-api", "the service orders-api"),
        ("stack", "  staging-orders-operator:", "  orders-operator:", "the service orders-operator"),
        ("orders", "[staging-detection-engine]", "[detection-engine]", "the group detection-engine"),
        ("orders", "[staging-detection-engine]", "[detection-*]", "the group detection-engine"),
        ("stack", "groups: [staging-siem-shipper]", "groups: [siem-shipper]", "the group siem-shipper"),
        ("orders", "[staging-orders-api-*]", "[orders-api-*]", "the transactional id orders-api-*"),
        ("orders", "[staging-orders-api-*]", "[orders-api-7]", "the transactional id orders-api-*"),
        ("orders", "[staging-orders-api-*]", "[orders-*]", "the transactional id orders-api-*"),
    ],
)
def test_what_two_stacks_claim_is_told_at_both_places(
    test: StackFiles, file: str, old: str, new: str, told: str
) -> None:
    other = beside(test.project)
    path = getattr(other, file)
    other.edit(path, old, new)
    if "topic:" in old:
        other.edit(other.stack, "topics: eu.staging.*", f"topics: {new.removeprefix('topic: ')[:10]}*")
    for files, neighbour in ((test, "staging"), (other, "test")):
        found = [each for each in files.diagnostics() if each.id == "claimed-twice"]
        assert found
        assert all(each.location and each.location.file.startswith(f"stacks/{files.name}/") for each in found)
        assert all(f"(stacks/{neighbour}/" in each.message and each.help for each in found)
    assert any(told in each.message for each in test.diagnostics())


def test_on_another_cluster_nothing_is_shared(test: StackFiles) -> None:
    other = StackFiles(test.project, "staging")
    other.edit(other.stack, CLUSTER, OTHER_CLUSTER).edit(other.stack, "secrets/services", "secrets/staging")
    assert test.load().streams[0].topic == other.load().streams[0].topic


@pytest.mark.parametrize("spelling", ["./secrets//services", "{project}/secrets/services", "link"])
def test_two_clusters_do_not_keep_one_services_credential_in_one_folder(test: StackFiles, spelling: str) -> None:
    (test.project / "link").symlink_to("secrets/services")
    other = beside(test.project, here=False)
    other.edit(other.stack, "secrets/staging", spelling.format(project=test.project))
    assert other.load().streams
    other.edit(other.stack, "  staging-orders-operator:", "  orders-operator:")
    assert test.found() == ["claimed-twice stack.yaml:28:3"]
    assert "folder secrets/services" in test.text()


def test_topics_that_are_one_name_in_metrics_are_told(test: StackFiles) -> None:
    beside(test.project).stream("billing", topic="eu.orders_audit.v1")
    assert test.found() == ["topic-collision orders.yaml:1:8"]


def test_no_topic_is_in_metrics_what_a_carriers_is(test: StackFiles) -> None:
    test.stream("debug", topic="levee_checkpoints_a")
    assert test.found() == ["reserved-topic debug.yaml:1:8"]


def test_a_copied_folder_is_told_in_a_few_lines(test: StackFiles) -> None:
    other = beside(test.project)
    for number in range(5 * MOST_TOLD):
        for files in (test, other):
            files.stream(f"many-{number}")
    found = test.diagnostics()
    assert len(found) == MOST_TOLD + 1
    assert any(f"{4 * MOST_TOLD} more" in each.message for each in found)


def test_what_two_others_share_does_not_hold_a_third_up(test: StackFiles) -> None:
    for name in ("dev", "staging"):
        beside(test.project, name).stream("shared")
    assert test.load().streams
    with pytest.raises(Rejected):
        load_stack(test.project, "dev")


# In one account


@pytest.fixture
def accounts(test: StackFiles) -> tuple[StackFiles, StackFiles]:
    """Two stacks of one account, on two clusters."""
    other = beside(test.project, here=False)
    on_aws(test, other)
    return test, other


ARCHIVE = "archive: {bucket: orders-archive, retention: 400d, locked: true, encrypted_by: stack-key}\n"


def test_an_account_holds_two_stacks(accounts: tuple[StackFiles, StackFiles]) -> None:
    assert all(each.load().streams for each in accounts)


def test_an_archive_is_of_one_stack(accounts: tuple[StackFiles, StackFiles]) -> None:
    for files in accounts:
        files.add(files.orders, ARCHIVE)
    assert accounts[0].found() == ["claimed-twice orders.yaml:16:19"]


def test_a_prefix_of_secrets_is_of_one_stack(accounts: tuple[StackFiles, StackFiles]) -> None:
    accounts[1].edit(accounts[1].stack, "AmazonMSK_levee/staging/", "AmazonMSK_levee/test/")
    assert accounts[0].found() == ["claimed-twice stack.yaml:19:11"]


def test_secrets_whose_prefix_and_service_join_to_one_name(accounts: tuple[StackFiles, StackFiles]) -> None:
    test, other = accounts
    test.edit(test.stack, "AmazonMSK_levee/test/", "levee-staging-")
    other.edit(other.stack, "AmazonMSK_levee/staging/", "levee-")
    assert {each.split()[0] for each in test.found()} == {"claimed-twice"}


def test_roles_whose_stack_and_service_join_to_one_name(tmp_path: Path) -> None:
    one, other = StackFiles(tmp_path, "a"), beside(tmp_path, "a-b", here=False)
    on_aws(one, other)
    for files, service in ((one, "b-c"), (other, "c")):
        role = "{role: manager, topics: eu.orders.*}" if files is one else "{role: manager, topics: eu.a-b.*}"
        entry = f"services:\n  {service}:\n    assumed_by: ecs-tasks.amazonaws.com\n    grants: [{role}]\n"
        files.edit(files.stack, "services:\n", entry)
    assert one.found() == ["claimed-twice stack.yaml:23:17"]
    assert "the role a-b-c" in one.text()


def test_alarms_whose_stack_and_stream_join_to_one_name(tmp_path: Path) -> None:
    one, other = StackFiles(tmp_path, "a"), beside(tmp_path, "a-b", here=False)
    on_aws(one, other)
    for files, key in ((one, "b-c"), (other, "c")):
        files.stream(key, topic=f"eu.{files.name}.more", monitors="[{kind: silence, window: 5m}]")
    assert one.found() == ["claimed-twice b-c.yaml:6:12"]


def test_a_log_group_has_no_more_readers_than_cloudwatch_takes(accounts: tuple[StackFiles, StackFiles]) -> None:
    test, other = accounts
    source = "[{{service: {}, kind: cloudwatch-logs, log_group: /ecs/orders}}]"
    test.stream("logs", sources=source.format("logs"))
    other.stream("more-logs", sources=source.format("more-logs"))
    assert all(each.load().streams for each in accounts)
    other.stream("third-logs", sources=source.format("third-logs"))
    assert test.found() == ["log-group logs.yaml:6:61"]
    assert [each.split()[0] for each in other.found()] == ["log-group"]


def test_another_account_or_another_aws_holds_its_own(accounts: tuple[StackFiles, StackFiles]) -> None:
    for files in accounts:
        files.add(files.orders, ARCHIVE)
    other = accounts[1]
    before = other.stack.read_text()
    other.edit(other.stack, '"123456789012"', '"210987654321"')
    assert accounts[0].load().streams
    other.stack.write_text("aws: {endpoint: 'http://127.0.0.1:19122'}\n" + before)
    assert accounts[0].load().streams


# What can't be known


@pytest.mark.parametrize("text", ["topic: [", "topic: eu.x\n", ""])
def test_a_neighbours_broken_stream_file_is_named(test: StackFiles, text: str) -> None:
    other = beside(test.project)
    other.orders.write_text(text)
    assert [each.split()[0] for each in test.found()] == ["unreadable-neighbour"]
    assert "stacks/staging/streams/orders.yaml" in test.text()
    assert "levee check stacks/staging" in test.text()


def test_a_broken_stack_that_is_surely_elsewhere_holds_nobody_up(test: StackFiles) -> None:
    other = beside(test.project, here=False)
    other.orders.write_text("topic: [")
    other.edit(other.stack, "brokers: 3", "brokers: many")
    assert test.load().streams


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: kafka", "target: ["),
        (f"  id: {OTHER_CLUSTER}\n", ""),
        ("account: local\n", ""),
        ("target: kafka", "target: awss"),
    ],
)
def test_a_stack_that_may_be_anywhere_is_no_pass(test: StackFiles, old: str, new: str) -> None:
    other = beside(test.project, here=False)
    other.edit(other.stack, old, new)
    assert [each.id for each in test.diagnostics()] == ["unreadable-neighbour"]


def test_a_neighbour_that_is_a_link_is_no_pass(test: StackFiles, tmp_path: Path) -> None:
    other = beside(test.project)
    (other.folder / "streams").rename(tmp_path / "elsewhere")
    (other.folder / "streams").symlink_to(tmp_path / "elsewhere")
    assert [each.id for each in test.diagnostics()] == ["unreadable-neighbour"]


def test_a_neighbours_other_faults_are_its_own(test: StackFiles) -> None:
    other = beside(test.project)
    other.edit(other.orders, "retention: 90d", "retention: 1d")
    assert test.load().streams
    assert [each.split()[0] for each in other.found()] == ["retention"]


def test_a_stack_of_the_past_is_loaded_alone(test: StackFiles) -> None:
    StackFiles(test.project, "staging")
    assert Stacks(test.project).load_alone("test").name == "test"


# Overlaps

LETTERS = st.text(string.ascii_lowercase[:2] + ".-", min_size=1, max_size=4)
PATTERNS = st.builds(NamePattern, LETTERS, st.sampled_from(PatternType))
CLAIMS = st.lists(st.tuples(PATTERNS, st.sampled_from("xyz")), max_size=12)


def meets(one: NamePattern, other: NamePattern) -> bool:
    return one.covers(other) or other.covers(one)


def claims_of(pairs: Iterable[tuple[NamePattern, str]]) -> list[Claim]:
    return [Claim(Kind.GROUP, "", pattern, holder, str(pattern), Origin(holder)) for pattern, holder in pairs]


@settings(max_examples=300)
@given(CLAIMS)
def test_every_holder_that_meets_another_hears_of_it_and_no_other(pairs: list[tuple[NamePattern, str]]) -> None:
    told = {claim.holder for pair in overlaps(claims_of(pairs)) for claim in pair}
    found = list(overlaps(claims_of(pairs)))
    assert all(one.holder != other.holder and meets(one.pattern, other.pattern) for one, other in found)
    meeting = {
        holder for pattern, holder in pairs for other, whose in pairs if whose != holder and meets(pattern, other)
    }
    assert told == meeting
