import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.kafka.credential.grant import OPERATIONS, Grant, read_grant
from levee_infra.providers.protocol.properties import UNKNOWN, Properties

WRITE: Properties = {"resourceType": "topic", "name": "logs.audit", "operation": "Write"}


def problems_of(**changes: object) -> dict[str, str]:
    _, problems = read_grant({**WRITE, **changes}, "acls[0]")  # type: ignore[dict-item]
    return {problem.property: problem.reason for problem in problems}


def test_a_grant_is_literal_and_from_everywhere_unless_it_says_otherwise() -> None:
    grant, problems = read_grant(WRITE, "acls[0]")
    assert grant == Grant("topic", "logs.audit", "literal", "Write", "*")
    assert not problems
    assert str(grant) == "Write on topic logs.audit"


def test_a_grant_reads_back_from_its_own_properties() -> None:
    grant = Grant("group", "siem-", "prefixed", "Read", "10.0.0.7")
    assert read_grant(grant.to_properties(), "acls[0]") == (grant, [])
    assert str(grant) == "Read on group siem-* from 10.0.0.7"


def test_the_cluster_needs_no_name() -> None:
    grant, problems = read_grant({"resourceType": "cluster", "operation": "IdempotentWrite"}, "acls[0]")
    assert grant == Grant("cluster", "kafka-cluster", "literal", "IdempotentWrite")
    assert not problems


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"resourceType": "queue"}, "resourceType", "must be one of cluster, group, topic, transactionalId"),
        ({"operation": "All"}, "operation", "too wide"),
        ({"operation": "Wirte"}, "operation", "only Alter, AlterConfigs"),
        ({"resourceType": "group"}, "operation", "on a group"),
        ({"resourceType": "cluster", "name": "kafka-cluster", "operation": "Alter"}, "operation", "on a cluster"),
        ({"resourceType": "cluster", "operation": "Describe"}, "name", "named kafka-cluster"),
        ({"name": "*"}, "name", "wildcards"),
        ({"name": "logs*", "pattern": "prefixed"}, "name", "wildcards"),
        ({"name": "logs", "pattern": "prefixed"}, "name", "ends at a separator"),
        ({"name": "_", "pattern": "prefixed"}, "name", "ends at a separator"),
        ({"name": "__consumer_offsets"}, "name", "Kafka keeps"),
        ({"name": "logs/audit"}, "name", "characters that Kafka refuses"),
        ({"resourceType": "group", "operation": "Read", "name": "a\nb"}, "name", "printable"),
        ({"resourceType": "group", "operation": "Read", "name": " a"}, "name", "blanks"),
        ({"pattern": "match"}, "pattern", "literal or prefixed"),
        ({"host": "db.example.com"}, "host", "IP address"),
        ({"name": None}, "name", "needs name"),
        ({"permission": "Deny"}, "permission", "has no property permission"),
    ],
)
def test_a_grant_with_one_thing_wrong_is_refused_there(changes: dict[str, object], where: str, words: str) -> None:
    problems = problems_of(**changes)
    assert words in problems[f"acls[0].{where}"]


def test_what_is_not_an_object_is_refused() -> None:
    assert read_grant("Write", "acls[3]")[1][0].property == "acls[3]"


def test_a_grant_with_an_unknown_part_is_neither_read_nor_refused() -> None:
    assert read_grant({**WRITE, "name": UNKNOWN}, "acls[0]") == (None, [])


@settings(deadline=None)
@given(
    st.sampled_from(sorted(OPERATIONS)),
    st.text(max_size=30),
    st.sampled_from(["literal", "prefixed", "match", "any"]),
    st.sampled_from(["Read", "Write", "All", "Any", "Describe", "Alter", "ClusterAction"]),
)
def test_no_accepted_grant_covers_everything(resource: str, name: str, pattern: str, operation: str) -> None:
    entry: Properties = {"resourceType": resource, "name": name, "pattern": pattern, "operation": operation}
    grant, problems = read_grant(entry, "acls[0]")
    if grant is None:
        assert problems
        return
    assert grant.operation in OPERATIONS[resource]
    assert "*" not in grant.name
    if grant.pattern == "prefixed":
        assert grant.name[-1] in ".-_"
        assert grant.name.strip(".-_")
