"""The settings of a topic that Kafka knows."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from levee.catalog.topic_setting import OWNED_SETTINGS, TOPIC_SETTINGS, canonical, same_value


def test_owned_settings_are_settings() -> None:
    assert OWNED_SETTINGS.keys() <= TOPIC_SETTINGS.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup.policy", "compact"),
        ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"),
        ("compression.gzip.level", "-1"),
        ("compression.gzip.level", "9"),
        ("flush.ms", str(2**63 - 1)),
        ("follower.replication.throttled.replicas", "*"),
        ("min.cleanable.dirty.ratio", "1"),
        ("min.cleanable.dirty.ratio", "1e-05"),
        ("preallocate", "true"),
    ],
)
def test_what_kafka_takes(name: str, value: str) -> None:
    assert TOPIC_SETTINGS[name].problem(value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cleanup.policy", ""),
        ("cleanup.policy", "compact,remove"),
        ("compression.type", "ZSTD"),
        ("compression.gzip.level", "0"),
        ("compression.gzip.level", "10"),
        ("flush.ms", str(2**63)),
        ("flush.ms", "1.5"),
        ("flush.ms", "1_000"),
        ("min.cleanable.dirty.ratio", "1.1"),
        ("min.cleanable.dirty.ratio", "nan"),
        ("preallocate", "True"),
        ("segment.bytes", "1048575"),
    ],
)
def test_what_kafka_refuses(name: str, value: str) -> None:
    assert TOPIC_SETTINGS[name].problem(value)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("cleanup.policy", "delete, compact", "compact,delete"),
        ("cleanup.policy", " delete", "delete"),
        ("cleanup.policy", "delete,delete", "delete"),
        ("leader.replication.throttled.replicas", "1:101 ,0:102", "0:102,1:101"),
        ("compression.type", "zstd ", "zstd"),
        ("retention.ms", "0600000", "600000"),
        ("retention.ms", "+5", "5"),
        ("retention.ms", "-0", "0"),
        ("retention.ms", "\t5\n", "5"),
        ("min.cleanable.dirty.ratio", "1", "1.0"),
        ("min.cleanable.dirty.ratio", "0.50", ".5"),
        ("min.cleanable.dirty.ratio", "1e-5", "1.0E-5"),
        ("min.cleanable.dirty.ratio", "0.5d", "0.5"),
        ("preallocate", "TRUE", "true"),
        ("a.setting.of.a.later.kafka", "x", "x"),
    ],
)
def test_spellings_of_one_value(name: str, one: str, other: str) -> None:
    assert same_value(name, one, other)
    assert canonical(name, one) == canonical(name, other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("cleanup.policy", "delete", "compact"),
        ("cleanup.policy", "delete", "delete,compact"),
        ("compression.type", "zstd", "ZSTD"),
        ("retention.ms", "1e3", "1000"),
        ("retention.ms", "1_000", "1000"),
        ("retention.ms", "5", "-5"),
        ("retention.ms", "5", None),
        ("min.cleanable.dirty.ratio", "0.5", "0.50000001"),
        ("preallocate", "yes", "true"),
        ("a.setting.of.a.later.kafka", "1", "1.0"),
    ],
)
def test_two_values(name: str, one: str, other: str | None) -> None:
    assert not same_value(name, one, other)


@given(st.sampled_from(sorted(TOPIC_SETTINGS)), st.text(max_size=40))
@example("cleanup.policy", "delete,\x1fcompact")
def test_the_one_spelling_stays_itself(name: str, text: str) -> None:
    assert canonical(name, canonical(name, text)) == canonical(name, text)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 30))
def test_a_whole_number_is_itself_with_zeros_before_it(number: int, zeros: int) -> None:
    sign = "-" if number < 0 else "+"
    assert canonical("retention.bytes", f"{sign}{'0' * zeros}{abs(number)}") == str(number)


@pytest.mark.parametrize("name", ["retention.ms", "min.cleanable.dirty.ratio", "cleanup.policy", "preallocate"])
@pytest.mark.parametrize("unit", ["0", "1", ",", " ", "1.", "e", "-"])
def test_a_long_text_is_read_at_once(name: str, unit: str) -> None:
    assert isinstance(canonical(name, unit * 200_000), str)
