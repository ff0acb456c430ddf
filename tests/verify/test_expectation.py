"""The proof's own table of roles."""

from __future__ import annotations

import pytest

from levee.catalog.role import KAFKA_ROLES
from levee.model.role import Role
from levee_infra.verify.expectation import ALLOWED, STREAM_OPERATIONS, is_allowed, stream_operations
from levee_infra.verify.probe import CLUSTER_PROBES, Probe


@pytest.mark.parametrize("role", list(Role))
def test_the_table_and_what_roles_compile_to_were_written_apart_and_agree(role: Role) -> None:
    compiled = {"".join(f"_{c}" if c.isupper() else c.upper() for c in op.value)[1:] for op in KAFKA_ROLES[role].topic}
    assert STREAM_OPERATIONS[role] == compiled


@pytest.mark.parametrize("role", list(Role))
def test_no_role_has_anything_on_the_cluster(role: Role) -> None:
    assert not ALLOWED[role] & set(CLUSTER_PROBES)


@pytest.mark.parametrize(
    ("probe", "role"),
    [
        (Probe.PRODUCE, Role.READER),
        (Probe.PRODUCE, Role.MANAGER),
        (Probe.CONSUME, Role.WRITER),
        (Probe.CONSUME, Role.MANAGER),
        (Probe.DELETE, Role.WRITER),
        (Probe.CHANGE_SETTINGS, Role.READER),
        (Probe.READ_SETTINGS, Role.READER),
        (Probe.RESET_OFFSETS, Role.READER),
        (Probe.TRANSACT, Role.READER),
        (Probe.JOIN, Role.WRITER),
    ],
)
def test_what_a_role_must_not_do(probe: Probe, role: Role) -> None:
    assert not is_allowed(probe, [role])


def test_roles_add_up() -> None:
    assert is_allowed(Probe.PRODUCE, [Role.READER, Role.WRITER])
    assert stream_operations([Role.READER, Role.WRITER]) == {"READ", "WRITE", "DESCRIBE"}
    assert stream_operations([]) == frozenset()
