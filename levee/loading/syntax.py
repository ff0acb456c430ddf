"""What libyaml's parser complains of, as a sentence a person can act on."""

from __future__ import annotations

from typing import Final, NamedTuple

_INDENTATION = "check that keys of one mapping begin in the same column, and indent by spaces"
_CLOSE = "close the bracket that is opened before this place"


class Sentence(NamedTuple):
    """What is wrong and what to do. `at_start`: show where the broken thing begins, not where it ends."""

    message: str
    help: str
    at_start: bool = False


# The left side is libyaml's own wording (scanner.c and parser.c of 0.2.5).
_SENTENCES: Final[dict[str, Sentence]] = {
    "mapping values are not allowed in this context": Sentence(
        "a `:` stands where no key can be",
        "quote text that holds `: `, or check the indentation of this line and the one above",
    ),
    "did not find expected key": Sentence("this line fits into no mapping or list around it", _INDENTATION),
    "did not find expected '-' indicator": Sentence(
        "this line is neither an item of the list above nor a key beside it",
        "begin every item with `- ` in the same column",
    ),
    "block sequence entries are not allowed in this context": Sentence(
        "a list item stands where none can be",
        "put a list on the lines below its key, each item on its own line beginning with `- `",
    ),
    "block mapping keys are not allowed in this context": Sentence("a key stands where none can be", _INDENTATION),
    "could not find expected ':'": Sentence(
        "this line has a key without `: ` and a value", "write `key: value`", at_start=True
    ),
    "found character that cannot start any token": Sentence(
        "a value cannot begin with this character",
        "indent by spaces, never by tabs; quote text that begins with @ ` % or a tab",
    ),
    "found a tab character that violates indentation": Sentence(
        "a tab stands where the line is indented", "indent by spaces, never by tabs"
    ),
    "found a tab character where an indentation space is expected": Sentence(
        "a tab stands where the line is indented", "indent by spaces, never by tabs"
    ),
    "found unexpected end of stream": Sentence(
        "the quote that opens here is never closed", "add the closing quote", at_start=True
    ),
    "found unexpected document indicator": Sentence(
        "the quote that opens here runs into `---` or `...`", "add the closing quote", at_start=True
    ),
    "did not find expected ',' or ']'": Sentence("a list in brackets lacks a `,` or its `]`", _CLOSE),
    "did not find expected ',' or '}'": Sentence("a mapping in braces lacks a `,` or its `}`", _CLOSE),
    "did not find expected node content": Sentence(
        "a value is missing here",
        "write the value, or remove the comma or the bracket",
    ),
    "did not find expected <document start>": Sentence(
        "the document has ended before this line",
        "a file holds one mapping; check the first lines, or remove the text before this one",
    ),
    "found unknown escape character": Sentence(
        "a backslash in these double quotes begins no escape",
        r"write \\ for a backslash, or use single quotes",
    ),
    "found undefined tag handle": Sentence(
        "this tag (!) is not known", "remove it, and quote the value if you mean text"
    ),
    "found incompatible YAML document": Sentence("the %YAML line asks for a version that is not known", "remove it"),
    "found unknown directive name": Sentence(
        "a line that begins with % is a directive", "quote it, or remove the line"
    ),
}


def explain(problem: str, context: str) -> Sentence:
    """The sentence for what the parser says. Neither of its texts holds words of the file."""
    if problem in _SENTENCES:
        return _SENTENCES[problem]
    return Sentence(f"this is not valid YAML: {problem}", f"libyaml stopped {context}" if context else _INDENTATION)
