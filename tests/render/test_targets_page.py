"""The committed page of targets is what their capabilities say."""

from pathlib import Path

from levee.render.targets_page import targets_page
from tests.support.golden import assert_golden

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "targets.md"


def test_the_page_of_targets_is_fresh() -> None:
    assert_golden(PAGE, targets_page())
