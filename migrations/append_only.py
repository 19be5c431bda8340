"""Tables that only grow: what their triggers let through is what the keys declare, and nothing else.

A row goes with a parent it was to go with (ON DELETE CASCADE), and forgets one it was to forget (SET NULL); the
parent is gone by then, so that the same change by hand, while the parent stands, is told from it.

The log loses, once and for all, the values of a record that it says was erased for good, and keeps their hash.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Inspector

from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.tables import Base


@dataclass(frozen=True)
class Parents:
    """Column -> the table that it points to. `lost` takes the row with it, `forgotten` leaves NULL behind."""

    lost: dict[str, str]
    forgotten: dict[str, str]


# Table -> which line of the log says that a row of it may lose its values, in SQL: `mine` is that row.
_ABOUT = {
    "change_log": "gone.table_name = mine.table_name AND gone.row_id = mine.row_id",
    "change_sets": "gone.table_name = 'change_sets' AND gone.row_id = mine.id",
}
_GONE = (
    "EXISTS (SELECT 1 FROM {log} gone WHERE gone.company_id = mine.company_id"
    f" AND gone.action = '{ERASED_FOR_GOOD}' AND {{about}})"
)


def erased_in(table: str, columns: set[str]) -> dict[str, str | None]:
    """Column -> what is left of it when its record is erased for good, its hash in `sealed`; {}: nothing goes."""
    found: dict[str, str | None] = Base.metadata.tables[table].info.get("erased", {})
    return {**found, "salt": None} if "sealed" in columns else {}


def _recorded(table: str, mine: str, log: str = "change_log") -> str:
    """Whether the log says that what a row of it is about was erased for good."""
    return _GONE.format(log=log, about=_ABOUT[table]).replace("mine.", mine)


def parents_of(inspector: Inspector, table: str) -> Parents:
    """As the database declares them: keys on one column with an ON DELETE of their own."""
    by_rule: dict[str, dict[str, str]] = {"CASCADE": {}, "SET NULL": {}}
    for key in inspector.get_foreign_keys(table):
        columns = by_rule.get(str(key.get("options", {}).get("ondelete", "")).upper())
        if columns is not None and len(key["constrained_columns"]) == 1:
            columns[key["constrained_columns"][0]] = key["referred_table"]
    return Parents(dict(sorted(by_rule["CASCADE"].items())), dict(sorted(by_rule["SET NULL"].items())))


_ABORT = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"


def on_sqlite(table: str, columns: set[str], parents: Parents) -> dict[str, str]:
    """The triggers of one table: name -> what stands behind it."""
    standing = " AND ".join(_there(column, parent) for column, parent in parents.lost.items())
    same = [f"NEW.{name} IS OLD.{name}" for name in sorted(columns - set(parents.forgotten))]
    forgets = [
        f"(NEW.{column} IS OLD.{column} OR (NEW.{column} IS NULL AND NOT {_there(column, parent)}))"
        for column, parent in parents.forgotten.items()
    ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in parents.forgotten)
    let = [f"({' AND '.join([*same, *forgets, f'({changed})'])})"] if changed else []
    if left := erased_in(table, columns):
        others = [f"NEW.{name} IS OLD.{name}" for name in sorted(columns - set(left) - {"sealed"})]
        blank = [f"NEW.{name} IS {'NULL' if said is None else repr(said)}" for name, said in left.items()]
        hashed = "OLD.salt IS NOT NULL AND OLD.sealed IS NULL AND NEW.sealed IS NOT NULL"
        let.append(f"({' AND '.join([*others, *blank, hashed, _recorded(table, 'OLD.')])})")
    unless = f" WHEN NOT ({' OR '.join(let)})" if let else ""
    return {
        # INSERT OR REPLACE would remove the old row without a DELETE that a trigger sees.
        f"{table}_no_replace": f"BEFORE INSERT ON {table}"
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {_ABORT}",
        f"{table}_no_update": f"BEFORE UPDATE ON {table}{unless} {_ABORT}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table}{f' WHEN {standing}' if standing else ''} {_ABORT}",
    }


def _there(column: str, parent: str) -> str:
    return f"EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{column})"


# Its words are (column, parent, what becomes of the row) for each parent. It looks as the system does: a colleague
# whom a company no longer sees is not gone. What goes with its parent goes by the owner's hand: no name in it may
# be one of a temporary table or type, which whoever deletes the parent could have made. The last three are, for
# the log, (what is left of a row, whether the log says that it may go, 'erased').
REFUSE = """CREATE OR REPLACE FUNCTION app_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before jsonb;
  after jsonb;
  asked text := CASE TG_OP WHEN 'DELETE' THEN 'lost' ELSE 'forgotten' END;
  seen text;
  parent integer;
  there boolean;
  gone boolean := false;
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    before := to_jsonb(OLD);
    IF TG_OP = 'UPDATE' THEN after := to_jsonb(NEW); END IF;
    IF before ->> 'salt' IS NOT NULL AND before -> 'sealed' = 'null' AND after ->> 'sealed' IS NOT NULL
      AND TG_ARGV[TG_NARGS - 1] = 'erased'
      AND after = before || TG_ARGV[TG_NARGS - 3]::jsonb || jsonb_build_object('sealed', after -> 'sealed')
    THEN
      EXECUTE 'SELECT ' || replace(TG_ARGV[TG_NARGS - 2], 'IN_SCHEMA', quote_ident(TG_TABLE_SCHEMA))
        INTO there USING before;
      IF there THEN RETURN NEW; END IF;
    END IF;
    seen := coalesce(current_setting('app.system', true), '');
    PERFORM set_config('app.system', 'on', true);
    FOR word IN 0 .. TG_NARGS - 3 BY 3 LOOP
      parent := (before ->> TG_ARGV[word])::integer;
      CONTINUE WHEN TG_ARGV[word + 2] <> asked OR parent IS NULL OR after ->> TG_ARGV[word] IS NOT NULL;
      EXECUTE 'SELECT EXISTS (SELECT FROM ' || quote_ident(TG_TABLE_SCHEMA) || '.'
        || quote_ident(TG_ARGV[word + 1]) || ' WHERE id = $1)' INTO there USING parent;
      CONTINUE WHEN there;
      gone := true;
      before := before - TG_ARGV[word];
      after := after - TG_ARGV[word];
    END LOOP;
    PERFORM set_config('app.system', seen, true);
    IF gone AND TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF gone AND before = after THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'append-only';
END $$"""


def on_postgresql(table: str, columns: set[str], parents: Parents) -> dict[str, str]:
    """The triggers of one table: name -> what stands behind it."""
    words = [
        f"'{word}'"
        for what, columns in (("lost", parents.lost), ("forgotten", parents.forgotten))
        for column, parent in columns.items()
        for word in (column, parent, what)
    ]
    if left := erased_in(table, columns):
        row = f"jsonb_populate_record(NULL::IN_SCHEMA.{table}, $1) mine"
        asked = f"EXISTS (SELECT FROM {row} WHERE {_recorded(table, 'mine.', 'IN_SCHEMA.change_log')})"
        words += [f"'{word.replace(chr(39), chr(39) * 2)}'" for word in (json.dumps(left), asked, "erased")]
    call = f"EXECUTE FUNCTION app_append_only({', '.join(words)})"
    return {
        f"{table}_append_only": f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}",
        f"{table}_no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
    }
