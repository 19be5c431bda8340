"""What a dry run of taking acts back has found out: its rows, who wrote them since, and what is left and why."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from crm_data.changes.lines import Key, Row
from crm_data.changes.since import Span, Wrote
from crm_data.changes.tables import order
from crm_data.store.changes import Doing
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables.fields import words


@dataclass
class Known:
    """One dry run. `lock`: the rows are about to be written. `chosen`: which records alone, where not all.

    `left`: (row, field or None) -> why, and who wrote it since. `came`: rows that the acts erased. `late`: of rows
    that come back, the links to others that come back after them. `settled`: rows that stay for good.
    """

    session: CompanySession
    kinds: Mapping[str, Records]
    span: Span
    doing: Doing
    lock: bool
    chosen: Callable[[str, int], bool]
    left: dict[tuple[Key, str | None], tuple[str, Wrote | None]] = field(default_factory=dict)
    names: dict[Key, str] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    since: dict[Key, dict[str, Wrote]] = field(default_factory=dict)
    came: set[Key] = field(default_factory=set)
    late: dict[Key, Row] = field(default_factory=dict)
    settled: set[Key] = field(default_factory=set)

    def leave(self, key: Key, name: str | None, sentence: str, wrote: Wrote | None = None) -> None:
        """Note what stays as it is: a field of a row, or all of it."""
        self.left[key, name] = (sentence, wrote)

    def stays(self, key: Key, row: Row) -> bool:
        """Whether a row stays as it is for good, as its kind of record says; it is noted then."""
        why = self.kinds[key[0]].stays(row, self.doing)
        if why:
            self.leave(key, None, why)
            self.settled.add(key)
        return bool(why)

    def wrote(self, key: Key, name: str) -> Wrote | None:
        """Who wrote a field since, if anybody."""
        return self.since.get(key, {}).get(name)


def by_table(keys: Collection[Key]) -> dict[str, list[int]]:
    """Ids by table, in the order in which rows are locked."""
    return {table: [id_ for other, id_ in keys if other == table] for table in order({t for t, _ in keys})}


def label(records: Records, name: str) -> str:
    """What a field is called."""
    declared = records.fields.get(name)
    return declared.label if declared else words(name)
