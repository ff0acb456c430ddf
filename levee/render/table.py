"""Plain tables that read well on a terminal, in a log and in a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from levee.diagnostics.text import one_line


def render_table(header: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "  ") -> str:
    """Columns padded to their widest cell, the header underlined. No rows: a line that says so.

    A cell is a line: what a file or a cluster says can't act on the terminal.
    """
    body = [tuple(map(one_line, row)) for row in rows]
    if not body:
        return f"{indent}(none)\n"
    widths = [max(len(row[column]) for row in (tuple(header), *body)) for column in range(len(header))]
    lines = [tuple(header), tuple("-" * width for width in widths), *body]
    return "".join(indent + _line(row, widths) + "\n" for row in lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
