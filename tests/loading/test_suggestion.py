"""Hints for slips, of which a file may be full."""

from __future__ import annotations

import pytest

from levee.loading import suggestion
from levee.loading.suggestion import Vocabulary, listing


def test_the_nearest_word_is_suggested_each_time() -> None:
    words = Vocabulary(["retention", "replication"])
    assert [words.suggest("retenton"), words.suggest("retenton"), words.suggest("zzz")] == [
        "did you mean `retention`?",
        "did you mean `retention`?",
        "",
    ]


def test_a_run_full_of_slips_compares_so_many_words_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def near(word: str, words: list[str], n: int) -> list[str]:
        compared.append(len(words))
        assert all(len(each) <= 100 for each in [word, *words])
        return words[:1]

    monkeypatch.setattr(suggestion, "get_close_matches", near)
    words = Vocabulary(f"{number:06}" for number in range(10_000))
    for number in range(20_000):
        words.suggest(f"{number:06}x" + "y" * 10_000)
    assert len(compared) == 500
    assert max(compared) <= 100


def test_of_very_many_words_a_hint_lists_the_first() -> None:
    assert listing(["a", "b"]) == "a, b"
    assert listing(map(str, range(10_000))).endswith("18, 19 and 9,980 more")
    assert listing([]) == ""
