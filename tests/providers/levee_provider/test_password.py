import pickle

import pytest

from levee_infra.kafka.credential.password import ALPHABET, LENGTH, Password, generate_password


def test_generated_passwords_are_long_plain_and_different() -> None:
    texts = {generate_password().reveal() for _ in range(200)}
    assert len(texts) == 200
    assert all(len(text) == LENGTH and set(text) <= set(ALPHABET) for text in texts)


def test_a_password_shows_itself_only_when_asked() -> None:
    password = Password("correct-horse")
    shown = f"{password} {password!r} {password!s} {[password]} {password:}"
    assert "correct-horse" not in shown
    assert password.reveal() == "correct-horse"


def test_a_password_is_not_pickled_or_hashed() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Password("correct-horse"))
    with pytest.raises(TypeError):
        hash(Password("correct-horse"))


def test_passwords_compare_by_value() -> None:
    assert Password("one") == Password("one")
    assert Password("one") != Password("two")
    assert Password("one") != "one"
