"""Text is found whatever its case: in every field that is filtered or searched, every letter, on both engines."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Query, Workspace
from crm_data.store.store import Store
from crm_data.tables import Base, by_name
from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.tables.reading import fold, reading_order
from tests.support import makers
from tests.support.databases import Database
from tests.support.kinds import KINDS, needed
from tests.support.plain import plain

# Each line is one text in several spellings; no two lines are the same text.
SAME = (
    ("öxy", "ÖXY", "Öxy", "o\u0308xy"),
    ("Straße", "STRASSE", "Strasse", "STRAẞE", "straße"),
    ("ΟΔΟΣ", "οδος", "οδοσ", "Οδός".replace("ό", "ο")),
    ("İstanbul", "istanbul", "ISTANBUL", "ıstanbul", "I\u0307stanbul"),
    ("Žluťoučký", "ŽLUŤOUČKÝ", "žluťoučký", "z\u030clut\u030couc\u030cky\u0301"),
    ("Привет", "ПРИВЕТ", "привет"),
    ("Æsir 50%_a", "æsir 50%_A", "ÆSIR 50%_A"),
    ("plain", "PLAIN", "Plain"),
)
TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.TAGS)
FIELDS = [
    pytest.param(kind, name, how, id=f"{kind}.{name}-{how}")
    for kind in KINDS
    for name, field in fields_of(by_name(kind)).items()
    for how in ("filter", "search")
    if field.kind in TEXTS and getattr(field, how)
]


@dataclass(frozen=True)
class Ground:
    """A company of the test's own, and its Workspace."""

    store: Store
    my: Workspace
    own: makers.Filled

    def put(self, kind: str, values: dict[str, Any]) -> int:
        """One record, past what a verb would make of its values."""
        model: Any = by_name(kind)
        row = model(**{**needed(self.my, self.own, kind), **values}, company_id=self.own.company_id)
        with self.store.system("a record to be found") as session:
            session.add(row)
            session.flush()
            return int(row.id)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Ground]:
    store = Store(new_database(request.param).url)
    own, _ = makers.two_companies(store)
    yield Ground(store, Workspace(store, own.scope), own)
    store.close()


def fits(field: Field, words: tuple[str, ...]) -> bool:
    """Whether a field of this length can hold the words; a currency has three letters."""
    if field.name == "currency":
        return len(words[0]) == 3
    return not field.length or field.length >= max(map(len, words))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name", "how"), FIELDS)
def test_each_spelling_finds_each_other(ground: Ground, kind: str, name: str, how: str) -> None:
    field = fields_of(by_name(kind))[name]
    texts = [words for words in SAME if fits(field, words)]
    assert texts
    records = ground.my.records(kind)
    stored: dict[int, tuple[str, ...]] = {}
    for words in texts:
        for word in {unicodedata.normalize("NFC", word) for word in words}:
            if field.name != "currency" or len(word) == 3:
                stored[ground.put(kind, {name: [word] if field.kind is Kind.TAGS else word})] = words
    for words in texts:
        for word in words:
            said: Any = (word,) if field.kind is Kind.TAGS else word
            query = Query(search=word) if how == "search" else Query(where={name: said})
            found = {row["id"] for row in records.page(Query(**{**vars(query), "size": 500})).rows}
            wanted = {id_ for id_, same in stored.items() if same is words}
            assert found & set(stored) == wanted, f"{word!r} in {kind}.{name}"
            if how == "filter":
                assert records.page(records.query({name: word})).total == len(found)
    with ground.store.system("the next field's turn") as session:
        model: Any = by_name(kind)
        session.execute(sa.delete(model).where(model.id.in_(stored)))


@pytest.mark.slow
def test_lookalikes_in_each_spelling(ground: Ground) -> None:
    for words in SAME:
        made = ground.put("customers", {"name": unicodedata.normalize("NFC", words[0])})
        for word in words:
            found = ground.my.alike.lookalikes("customers", {"name": word})
            assert made in [like.id for like in found if "same name" in like.reasons], word


def letters() -> list[str]:
    """Every letter that is one letter in each case, in the form in which text is kept."""
    every = (chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    return [
        c
        for c in every
        if unicodedata.category(c)[0] == "L"
        and unicodedata.normalize("NFC", c) == c
        and len(c.upper()) == len(c.title()) == 1
        and (c.upper() != c or c.lower() != c)
    ]


@pytest.mark.slow
def test_every_letter_is_its_capital() -> None:
    assert len(letters()) > 2_500
    assert [
        c for c in letters() if len({fold(c), fold(c.upper()), fold(c.title()), fold(c.lower())}) > 1
    ] == []


@pytest.mark.postgres
def test_both_engines_fold_alike(new_database: Callable[[str], Database]) -> None:
    said = [*letters(), *(word for words in SAME for word in words), "ΑΣ ΑΣΑ", "", "a\tb"]
    with plain(new_database("postgresql"), owner=True) as sql:
        found = sql.connection.execute("SELECT t, app_fold(t) FROM unnest(%s::text[]) t", [said]).fetchall()
        assert sql.value("SELECT app_fold(NULL)") is None
    assert [(t, folded, fold(t)) for t, folded in found if folded != fold(t)] == []


def test_nothing_that_is_kept_calls_a_function_of_ours(new_database: Callable[[str], Database]) -> None:
    with plain(new_database("sqlite")) as sql:
        kept = [said for (said,) in sql.run("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    assert len(kept) > len(Base.metadata.tables)
    assert [said for said in kept if "app_" in said] == []


def test_short_lists_are_in_the_order_of_reading() -> None:
    names = ["Zoe", "ärmel", "Arm", "Öl", "ost", "Éva", "Eva", "B", "a"]
    assert sorted(names, key=lambda name: (reading_order(name), name)) == [
        "a", "Arm", "ärmel", "B", "Eva", "Éva", "Öl", "ost", "Zoe",
    ]  # fmt: skip
