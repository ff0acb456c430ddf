import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.kafka.credential.credential_name import CredentialName

SERVICES = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@settings(deadline=None)
@given(SERVICES, st.integers(min_value=1, max_value=999_999_999))
def test_every_name_is_read_back_from_its_username(service: str, generation: int) -> None:
    name = CredentialName(service, generation)
    assert CredentialName.parse(name.username) == name
    assert name.principal == f"User:{service}.g{generation}"


@pytest.mark.parametrize(
    "username",
    ["", "billing", "billing.g0", "billing.g01", "../billing.g1", "billing.g1/x", "Billing.g1", "billing.g1\n", ".g1"],
)
def test_what_is_not_a_username_is_refused(username: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        CredentialName.parse(username)
