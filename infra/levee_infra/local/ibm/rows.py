"""What the services keep: tables of rows in memory, and a file of them all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from levee_infra.local.ibm.routing import JSON
from levee_infra.local.private_file import write_private


@dataclass(slots=True)
class Row:
    """A thing as it is answered, and what an answer doesn't show."""

    id: str
    value: JSON
    key: str = ""
    """What no other row of the table shares; "" for nothing."""
    group: str = ""
    """What rows are looked up by together."""
    held: Any = None
    revision: int = 1
    unseen: int = 0
    unlisted: int = 0
    lingers: int = 0
    """Reads for which it is still seen once it is removed."""

    @property
    def etag(self) -> str:
        """Changes with every change."""
        return f"{self.revision}-{hashlib.sha256(f'{self.id}/{self.revision}'.encode()).hexdigest()[:32]}"

    def is_seen(self) -> bool:
        """Whether a read by id finds it; counts the reads that don't."""
        self.unseen -= (blind := self.unseen > 0)
        return not blind

    def is_listed(self) -> bool:
        """Whether a list has it; counts the lists that don't."""
        self.unlisted -= (blind := self.unlisted > 0)
        return not blind


@dataclass(slots=True)
class Table:
    """Rows in the order in which they were made."""

    rows: dict[str, Row] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, None]] = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)
    """Since it was last emptied."""

    def add(self, row: Row) -> Row:
        """Keep a row; its key is free."""
        self.rows[row.id] = row
        if row.key:
            self.keys[row.key] = row.id
        self.groups.setdefault(row.group, {})[row.id] = None
        self.added.append(row)
        return row

    def get(self, identity: str) -> Row | None:
        """The row, None where there is none or it isn't seen yet."""
        row = self.rows.get(identity)
        if row is not None and row.lingers > 0:
            row.lingers -= 1
            if row.lingers == 0:
                self.remove(row)
        return row if row is not None and row.is_seen() else None

    def by_key(self, key: str) -> Row | None:
        """The row that has the key."""
        return self.rows.get(self.keys.get(key, ""))

    def of(self, group: str) -> Iterator[Row]:
        """The rows of a group."""
        return (self.rows[identity] for identity in self.groups.get(group, ()))

    def listed(self) -> list[Row]:
        """What a list shows."""
        return [row for row in self.rows.values() if row.is_listed()]

    def change(self, row: Row, value: JSON, *, key: str | None = None) -> None:
        """Replace what a row says."""
        row.value, row.revision = value, row.revision + 1
        if key is not None and key != row.key:
            self.free(row)
            row.key = key
            self.keys[key] = row.id

    def free(self, row: Row) -> None:
        """Let another row have the key."""
        if row.key and self.keys.get(row.key) == row.id:
            del self.keys[row.key]
        row.key = ""

    def remove(self, row: Row) -> None:
        """Forget a row."""
        self.free(row)
        del self.rows[row.id], self.groups[row.group][row.id]


@dataclass(slots=True)
class Store:
    """All tables by name: `policies`, or `streams/<guid>` where an instance has its own."""

    tables: dict[str, Table] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """The table of that name; empty at first."""
        return self.tables.setdefault(name, Table())

    def take_added(self) -> list[Row]:
        """The rows made since this was last asked."""
        added = [row for table in self.tables.values() for row in table.added]
        for table in self.tables.values():
            table.added.clear()
        return added

    def count(self, name: str, first: int) -> int:
        """The next number of a series that begins at `first`."""
        number = self.counters.get(name, first)
        self.counters[name] = number + 1
        return number

    def write(self, path: Path, rest: JSON) -> None:
        """Put everything into a file that only its owner reads, with `rest` beside it."""
        tables = {name: [asdict(row) for row in table.rows.values()] for name, table in self.tables.items()}
        write_private(path, json.dumps({**rest, "tables": tables, "counters": self.counters}))

    @classmethod
    def read(cls, kept: JSON) -> Store:
        """What `write` kept."""
        store = cls(counters=kept["counters"])
        for name, rows in kept["tables"].items():
            for row in rows:
                store.table(name).add(Row(**row))
        store.take_added()
        return store
