"""One row by itself, of acts that are taken back: what it is given back, or whether it goes, and one's rights."""

from collections.abc import Mapping

from crm_data.changes.known import Known, by_table, label
from crm_data.changes.lines import AWAY, STAMPS, UNKNOWN, Key, Net, Row
from crm_data.changes.since import WHOLE
from crm_data.changes.tables import BESIDE, links_of, whole_rows
from crm_data.rights import Act
from crm_data.store.records import Records

_CHANGED = "It was changed since."


def restored_values(known: Known, net: Net) -> Row:
    """The values to be put back of a row that was changed; what is left is noted."""
    key, row, records = (net.table, net.id), known.rows.get((net.table, net.id)), known.kinds[net.table]
    if net.added is not None or net.erased is not None:
        return {}
    if row is None:  # it was taken away since, and nothing of it is left
        return {}
    if records.by_itself(row):
        return {name: was for name, (was, now) in net.changed.items() if row.get(name) == now}
    known.names[key] = str(row[records.title])
    away = set(net.changed) <= AWAY
    if not records.may(Act.ARCHIVE if away else Act.CHANGE, row):
        known.leave(key, None, "Your role does not allow changing it today.")
        return {}
    archived = known.wrote(key, "archived_at")
    if row["archived_at"] is not None and archived is not None and not away:
        known.leave(key, None, "It was archived since. Restore it first.", archived)
        return {}
    new = {}
    for name, (was, now) in net.changed.items():
        same = (row[name] is not None) if now is UNKNOWN else row[name] == now
        wrote = known.wrote(key, name)
        if wrote is not None or not same:
            known.leave(key, name, f"{label(records, name)} was changed since.", wrote)
        elif was is UNKNOWN:
            new[name] = known.doing.at if name == "archived_at" else known.doing.user_id
        elif was != row[name]:
            new[name] = was
    new = _together(known, key, records, new, net)
    # What nobody has touched since was sound as it was.
    unsound = records.unsound(row, {**row, **new}) if new and known.since.get(key) else ""
    if unsound:
        known.leave(key, None, unsound)
        return {}
    return new


def _together(known: Known, key: Key, records: Records, new: Row, net: Net) -> Row:
    """Fields that only make sense with each other are put back together or not at all."""
    for group in records.together:
        mine = group & set(net.changed)
        lost = [name for name in mine if (key, name) in known.left]
        for name in mine & set(new) if lost else ():
            known.leave(key, name, f"{label(records, name)} goes with what was changed since.")
            new = {n: value for n, value in new.items() if n != name}
    return new


def row_to_erase(known: Known, net: Net) -> Row | None:
    """The row as it is, when the act added it and nobody has changed it since."""
    key, row = (net.table, net.id), known.rows.get((net.table, net.id))
    if net.added is None or row is None:
        return None
    records = known.kinds[net.table]
    if records.by_itself(row):
        return row
    known.names[key] = str(row[records.title])
    if not records.may(Act.ADD):
        known.leave(key, None, "Your role does not allow adding or taking away such records today.")
        return None
    if known.stays(key, row):
        return None
    since = known.since.get(key, {})
    other = [n for n, value in net.added.items() if n in row and n not in STAMPS and row[n] != value]
    if since or other:
        latest = max(since.values(), key=lambda wrote: wrote.at, default=None)
        fields = [label(records, name) for name in since or other if name != WHOLE][:3]
        known.leave(key, None, f"It was changed since: {', '.join(fields)}." if fields else _CHANGED, latest)
        return None
    return row


def rows_beside(
    known: Known, nets: Mapping[Key, Net], changed: Mapping[Key, Row], erased: Mapping[Key, Row]
) -> dict[Key, Row]:
    """What the act added beside records, as far as it is still there, and what it follows from goes as well."""
    added = [key for key, net in nets.items() if key[0] in BESIDE and net.added is not None]
    return {
        (table, row["id"]): row
        for table, ids in by_table(added).items()
        for row in whole_rows(known.session, table, ids, known.lock)
        if (_goes_with(table, row, changed, erased) if BESIDE[table] else known.chosen(table, row["id"]))
    }


def with_their_text(restored: Mapping[Key, Row], changed: Mapping[Key, Row]) -> dict[Key, Row]:
    """The rows that come back, but for those beside a text that stays as it is."""
    return {
        key: row
        for key, row in restored.items()
        if not BESIDE.get(key[0]) or _goes_with(key[0], row, changed, restored)
    }


def _goes_with(table: str, row: Row, changed: Mapping[Key, Row], whole: Mapping[Key, Row]) -> bool:
    """Whether the text that a row beside follows from is put back, or its record comes or goes with it."""
    link, field = BESIDE[table] or ("", "")
    parent = (links_of(table)[link], int(row[link]))
    return parent in whole or row[field] in changed.get(parent, {})
