"""How an organization spells names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.diagnostics import Rejected
from levee.loading.conventions import load_conventions
from levee.model.conventions import Conventions, form_problem


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ("<jurisdiction>.<domain>.<dataset>.v<version>", None),
        ("logs_<region>", None),
        ("<jurisdiction>-<domain>", "where one part ends"),
        ("<jurisdiction><domain>", "where one part ends"),
        ("<domain>.<dataset>", "where a topic is"),
        ("<region>.<team>.<team>", "twice"),
        ("", "where a topic is"),
        ("<region>.(a+)+", "not a form"),
        ("<region>.<Domain>", "not a form"),
        ("<region>.<>", "not a form"),
        ("<region>.<a", "not a form"),
        ("<region>.<" + "a" * 31 + ">", "not a form"),
        ("<region>/x", "not a form"),
        ("<region>.\n", "not a form"),
    ],
)
def test_a_form_is_certain_and_says_where(form: str, problem: str | None) -> None:
    told = form_problem(form)
    assert told is None if problem is None else problem in (told or "")


@given(st.text(alphabet="<>._-abr", max_size=30).map(lambda text: f"<region>.{text}"), st.text(max_size=40))
def test_any_form_is_refused_or_matches_names(form: str, name: str) -> None:
    if form_problem(form) is None:
        parts = Conventions(topics=form).parts_of(name)
        assert parts is None or "region" in parts


@pytest.mark.timeout(20)
def test_a_long_name_is_matched_in_linear_time() -> None:
    form = ".".join(["<jurisdiction>", *(f"<p{letter}>" for letter in "abcdefghij")]).replace("<p", "<")
    assert Conventions(topics=form).parts_of("a-" * 100_000) is None
    assert not Conventions(cost_centres="*a" * 50).knows("a" * 10_000 + "b")


def test_without_a_file_levees_own_hold(tmp_path: Path) -> None:
    assert load_conventions(tmp_path) == Conventions()


@pytest.mark.parametrize(
    "text", ["topics: <domain>\n", "topics: 7\n", "tpoics: x\n", "[]\n", "topics: [\n", "cost_centres:\n"]
)
def test_a_file_that_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "conventions.yaml").write_text(text)
    with pytest.raises(Rejected) as rejected:
        load_conventions(tmp_path)
    assert rejected.value.exit_code == 2
    assert all(each.location is not None for each in rejected.value.diagnostics)
