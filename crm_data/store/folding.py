"""Text compared without regard to case, alike on both engines: in filters, in the search box, in names of a file.

Of itself SQLite knows the case of A to Z alone, and PostgreSQL that of the locale its cluster was made with.
"""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm_data.tables.reading import BESIDE, LONGER, MEANT, ONE, combining, fold, reading_order

_BETWEEN = "\x1f"  # between two texts: no text that is kept or looked for holds it


def like(said: str) -> str:
    """A LIKE pattern that finds the text itself: % and _ have no other meaning in it."""
    escaped = said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def holds(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a column of text holds a text anywhere."""
    return _Folded(column).like(like(fold(said)), escape="\\")


def begins(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a column of text begins with a text."""
    return _Folded(column).like(like(fold(said))[1:], escape="\\")


def is_like(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a column of text is this text."""
    return _Folded(column) == fold(said)


def has_word(column: Any, word: str) -> sa.ColumnElement[bool]:
    """Whether a column of tags has this one, whole."""
    # The quotes of the stored JSON make it whole.
    return _FoldedTags(column).like(like(fold(json.dumps(word, ensure_ascii=False))), escape="\\")


def has_part(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a text stands anywhere in a column of tags."""
    return _FoldedTags(column).like(like(fold(json.dumps(said, ensure_ascii=False)[1:-1])), escape="\\")


def reading(column: Any) -> sa.ColumnElement[str]:
    """A column of text as it is sorted: its `reading_order`, letter by letter."""
    return _Reading(column)


def nothing_in(column: Any) -> sa.ColumnElement[bool]:
    """Whether a column of JSON holds an empty list, or a mapping of nothing."""
    return _FoldedTags(column).in_(["[]", "{}"])


def holds_any(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a text stands in a name or a value of a column of JSON, which maps names to texts."""
    return _FoldedPairs(column).like(like(fold(said)), escape="\\")


class _Folded(FunctionElement[str]):
    """`fold` of a column, in SQL."""

    inherit_cache = True
    type = sa.String()


class _Reading(FunctionElement[str]):
    """`reading_order` of a column, in SQL."""

    inherit_cache = True
    type = sa.Text()


class _FoldedTags(FunctionElement[str]):
    """`fold` of a column of JSON as text, its letters spelled as they are and not as escapes."""

    inherit_cache = True
    type = sa.String()


class _FoldedPairs(FunctionElement[str]):
    """`fold` of all names and values of a column of JSON, one after the other; '' of what is no mapping."""

    inherit_cache = True
    type = sa.String()


@compiles(_Folded)
def _on_postgresql(element: _Folded, compiler: Any, **kw: Any) -> str:
    return f"app_fold({compiler.process(element.clauses, **kw)})"


@compiles(_Reading)
def _reading_on_postgresql(element: _Reading, compiler: Any, **kw: Any) -> str:
    return f'(app_reading({compiler.process(element.clauses, **kw)}) COLLATE "C")'


@compiles(_FoldedTags)
def _tags_on_postgresql(element: _FoldedTags, compiler: Any, **kw: Any) -> str:
    return f"app_fold({compiler.process(element.clauses, **kw)}::jsonb::text)"


@compiles(_FoldedPairs)
def _pairs_on_postgresql(element: _FoldedPairs, compiler: Any, **kw: Any) -> str:
    column = f"({compiler.process(element.clauses, **kw)})::jsonb"
    pairs = f"jsonb_each_text(CASE jsonb_typeof({column}) WHEN 'object' THEN {column} ELSE '{{}}' END)"
    each = "pair.key || chr(31) || coalesce(pair.value, '')"
    return f"app_fold((SELECT coalesce(string_agg({each}, chr(31)), '') FROM {pairs} AS pair))"


@compiles(_FoldedPairs, "sqlite")
def _pairs_on_sqlite(element: _FoldedPairs, compiler: Any, **kw: Any) -> str:
    return f"app_fold_pairs({compiler.process(element.clauses, **kw)})"


# Python is asked only about what is not plain ASCII: for ten thousand names it would be most of the time taken.
@compiles(_Folded, "sqlite")
def _on_sqlite(element: _Folded, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    plain = f"length({column}) = length(CAST({column} AS BLOB))"
    return f"CASE WHEN {plain} THEN lower({column}) ELSE app_fold({column}) END"


@compiles(_Reading, "sqlite")
def _reading_on_sqlite(element: _Reading, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    plain = f"length({column}) = length(CAST({column} AS BLOB))"
    return f"CASE WHEN {plain} THEN lower({column}) ELSE app_reading({column}) END"


@compiles(_FoldedTags, "sqlite")
def _tags_on_sqlite(element: _FoldedTags, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    plain = f"length({column}) = length(CAST({column} AS BLOB)) AND instr({column}, '\\') = 0"
    return f"CASE WHEN {plain} THEN lower({column}) ELSE app_fold_tags({column}) END"


def install_folding(dbapi: Any) -> None:
    """Let one sqlite3 connection of ours call `fold`. Nothing that is kept in the file calls it: no index, no
    CHECK, so that every other program can read and write the file.
    """
    dbapi.create_function("app_fold", 1, _or_null(fold), deterministic=True)
    dbapi.create_function("app_reading", 1, _or_null(reading_order), deterministic=True)
    dbapi.create_function("app_fold_tags", 1, _or_null(_fold_tags), deterministic=True)
    dbapi.create_function("app_fold_pairs", 1, _or_null(_fold_pairs), deterministic=True)


def _or_null(folding: Any) -> Any:
    return lambda said: None if said is None else folding(str(said))


def _fold_tags(stored: str) -> str:
    return fold(json.dumps(json.loads(stored), ensure_ascii=False))


def _fold_pairs(stored: str) -> str:
    kept = json.loads(stored)
    pairs = kept.items() if isinstance(kept, dict) else ()
    return fold(_BETWEEN.join(text for name, value in pairs for text in (name, _as_text(value))))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def postgresql_function(connection: Connection) -> str:
    """The CREATE FUNCTION of `app_fold`, by the best knowledge of letters that this database has."""
    known = {name for (name,) in connection.exec_driver_sql("SELECT collname FROM pg_collation")}
    utf8 = connection.exec_driver_sql("SELECT getdatabaseencoding()").scalar() == "UTF8"
    by = next((f' COLLATE "{name}"' for name in ("und-x-icu", "pg_c_utf8") if utf8 and name in known), "")
    folded = f"lower({'normalize($1)' if utf8 else '$1'}{by})"
    if utf8:
        for letters, plain in LONGER:
            folded = f"replace({folded}, '{letters}', '{plain}')"
        folded = f"normalize(translate({folded}, '{BESIDE}', '{MEANT}'))"
    return (
        "CREATE OR REPLACE FUNCTION app_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        ' SELECT CASE WHEN octet_length($1) = length($1) THEN lower($1 COLLATE "C") COLLATE "C"'
        f' ELSE ({folded}) COLLATE "C" END $$'
    )


def postgresql_reading(connection: Connection) -> str:
    """The CREATE FUNCTION of `app_reading`, which is `reading_order`; needs `app_fold`.

    A database in letters of an old encoding knows no accents apart from what they stand on.
    """
    ordered = "app_fold($1)"
    if connection.exec_driver_sql("SELECT getdatabaseencoding()").scalar() == "UTF8":
        alone = {one: letters for one, letters in ONE.items() if len(letters) == 1}
        ordered = f"translate({ordered}, '{''.join(alone)}', '{''.join(alone.values())}')"
        for one, letters in ONE.items():
            if one not in alone:
                ordered = f"replace({ordered}, '{one}', '{letters}')"
        accents = "".join(f"{_escaped(first)}-{_escaped(last)}" for first, last in combining())
        ordered = f"normalize(regexp_replace(normalize({ordered}, NFD), '[{accents}]', '', 'g'))"
    return (
        "CREATE OR REPLACE FUNCTION app_reading(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
        ' SELECT CASE WHEN octet_length($1) = length($1) THEN lower($1 COLLATE "C") COLLATE "C"'
        f' ELSE ({ordered}) COLLATE "C" END $$'
    )


def _escaped(letter: str) -> str:
    return f"\\U{ord(letter):08x}"
