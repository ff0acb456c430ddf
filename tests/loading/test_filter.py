"""A stream's filter: at which character of the file it goes wrong, and where it is refused altogether."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from levee.loading.inside import place_inside
from levee.loading.load import Stacks
from levee.loading.text import split_lines
from levee.loading.tree import Mapping, Scalar, parse
from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path).on_ibm()


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("filter: <v1> a = 'x'", "1:16"),
        ("filter: \"<v1> a = 'x'\"", "1:17"),
        ('filter: "<v1>\\x20\\u0061 = 5"', "1:25"),
        ('filter: "<v1> a == 1 \\\n   && b = 2"', "2:9"),
        ("filter: '<v1> a == ''x'' && b = 1'", "1:31"),
        ("filter: <v1> a == 1\n  && b = 2", "2:8"),
        ("filter: >-\n  <v1> a == 1\n  && b = 2", "3:8"),
        ("filter: >- # why\n  <v1> a == 1\n\n  && b == 2", "2:14"),
        ("filter: |-\n  <v1> a = 1", "2:10"),
        ("filter: |\n  <v1> a == 1", "2:14"),
        ("filter: >\n  <v1> a == 1", "2:14"),
        ("filter: |-\n  <v1> a == 1\n  && b == 2", "2:14"),
        ("filter: <v1> a ==", "1:18"),
        ("filter: severity >= 4", "1:9"),
        ("filter: <v1> $m.severity == FATAL", "1:29"),
        ("filter: <v1> é == 1", "1:14"),
        ("filter: <v1> $d['é'] == 'ü' && x", None),
        ("filter: <v1> $d['é'] == 'ü' || a = 1", "1:34"),
    ],
)
def test_an_error_stands_at_its_character(files: StackFiles, lines: str, place: str | None) -> None:
    files.orders.write_text(files.orders.read_text() + lines + "\n")
    if place is None:
        assert files.load().streams[0].filter is not None
    else:
        first = len(files.orders.read_text().splitlines()) - len(lines.splitlines())
        line, column = place.split(":")
        assert files.found() == [f"filter orders.yaml:{first + int(line)}:{column}"]


def test_every_error_is_shown_with_its_line_and_what_to_write(files: StackFiles) -> None:
    files.add(files.orders, "filter: <v1> $m.severity == error && $l.applicaton == 'x'\n")
    text = files.text()
    assert "  help: write ERROR\n" in text
    assert "did you mean `$l.applicationname`?" in text
    marked = [line.index("^") for line in text.splitlines() if line.endswith("^")]
    shown = next(line for line in text.splitlines() if "filter: <v1>" in line)
    assert [shown[at:][:5] for at in marked] == ["error", "$l.ap"]


def test_many_streams_with_one_filter_parse_it_once(files: StackFiles) -> None:
    from levee.filter.review import review

    review.cache_clear()
    for number in range(20):
        files.stream(f"s{number}", filter="<v1> $m.severity == ERROR")
    files.load()
    assert review.cache_info().misses == 1


@pytest.mark.parametrize("target", ["kafka", "aws"])
def test_where_nothing_runs_it_a_filter_is_refused(tmp_path: Path, target: str) -> None:
    files = StackFiles(tmp_path)
    if target == "aws":
        files.edit(files.stack, "target: kafka\naccount: local", 'target: aws\naccount: "123456789012"')
    files.add(files.orders, "filter: <v1> $m.severity == ERROR\n")
    (refused,) = [each for each in files.diagnostics() if each.id == "not-yet"]
    assert refused.message.startswith("the filter has nothing to run it here yet")
    assert "remove it, and filter" in refused.help
    assert refused.location is not None
    assert refused.location.file.endswith("orders.yaml")


def test_what_was_deployed_with_another_filter_can_be_compared_with(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    files.add(files.orders, "filter: severity >= 4\n")
    assert Stacks(files.project).load_alone("test").streams[0].filter == "severity >= 4"
    assert files.found() == ["filter orders.yaml:16:9", "not-yet orders.yaml:16:9"]


def test_without_a_filter_its_parser_is_not_imported(tmp_path: Path) -> None:
    import subprocess

    files = StackFiles(tmp_path)
    code = (
        "import sys; from pathlib import Path; from levee.loading.load import load_stack; import levee_infra.cli.main; "
        f"load_stack(Path({str(files.project)!r}), 'test'); "
        "print(sorted(name for name in sys.modules if name in {'lark', 're2'} or name.startswith('levee.filter')))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


TEXTS = st.lists(
    st.sampled_from(["a", "é", "'", '"', "\\", "#", ":", "  ", " ", "\n", "\t", "\U0001f600", "-", "&&", "xyz"]),
    min_size=1,
    max_size=25,
).map("".join)


@given(TEXTS, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(20, 60), st.integers(0, 3))
def test_each_character_of_a_yaml_text_is_found(value: str, style: str | None, width: int, depth: int) -> None:
    data: object = {"key": value}
    for _ in range(depth):
        data = {"outer": data}
    text = yaml.dump(data, default_style=style, width=width, allow_unicode=True)
    node = parse(text).root
    while isinstance(node, Mapping):
        (entry,) = node.entries.values()
        node = entry.value
    assert isinstance(node, Scalar)
    lines = split_lines(text)
    for offset, character in enumerate(node.text):
        place = place_inside(text, node, offset)
        written = lines[place.line][place.column :]
        assert character.isspace() or written.startswith((character, "\\")), textwrap.indent(text, "  ")
