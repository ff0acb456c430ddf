import hashlib

from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.credential.scram import salt_password


def test_the_salted_password_is_what_rfc_5802_says() -> None:
    salted = salt_password("billing.g1", Password("pencil"), 8_192)
    assert salted.salted == hashlib.pbkdf2_hmac("sha512", b"pencil", salted.salt, 8_192)
    assert (salted.username, salted.iterations) == ("billing.g1", 8_192)


def test_every_call_takes_a_new_salt_and_shows_nothing() -> None:
    one, two = (salt_password("billing.g1", Password("pencil"), 4_096) for _ in range(2))
    assert one.salt != two.salt
    assert one.salted != two.salted
    assert repr(one.salted) not in repr(one)
    assert repr(one.salt) not in repr(one)
