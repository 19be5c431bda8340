"""What is found: all that a plain reading of every record finds, of one company alone, on both engines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Kind, Workspace
from crm_data.finding.finder import MOST, Answer
from crm_data.finding.listing import list_words
from crm_data.finding.lists import MOST_WORDS
from crm_data.finding.plain import searched
from crm_data.store.store import Store
from crm_data.tables import SearchDue, SearchList, SearchPiece, by_name
from tests.finding import reference
from tests.support import chance
from tests.support.databases import Database
from tests.support.kinds import KINDS, TITLES, least, needed
from tests.support.makers import Filled, two_companies
from tests.support.soak import size
from tests.support.statements import counted

# Of the spare texts: tests/nouns/test_own_fields.py.
FIELDS = [(kind, name) for kind in KINDS for name, field in searched(kind).items() if not field.spare]
HOSTILE = (
    '"', "'", "*", "-", "NEAR(a b)", "a OR b", "name:canaryone", "%", "_", "\\", "\0", "\x1f", "a\0b", "(", "^a",
    "🎉", "שלום עולם", "مرحبا", "a" * 10_000, "a b " * 3_000, "\ud800", "１２３", "½", "\u202eabc",
    "DROP TABLE customers;--",
)  # fmt: skip
LETTERS = "aeiouáüßøbcdglmnrstkzßİıσς "


@dataclass(frozen=True)
class Ground:
    """Two companies, and a manager's Workspace in each."""

    store: Store
    own: Filled
    my: Workspace
    other: Workspace

    def list(self) -> int:
        return list_words(self.store)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Ground]:
    store = Store(new_database(request.param).url)
    own, other = two_companies(store)
    yield Ground(store, own, Workspace(store, own.scope), Workspace(store, other.scope))
    store.close()


def ids(found: Answer, kind: str) -> list[int]:
    return [hit.id for group in found.groups for hit in group.hits if hit.table == kind]


def put(ground: Ground, kind: str, **values: Any) -> int:
    """A record past what a verb would make of its values."""
    row = by_name(kind)(**{**needed(ground.my, ground.own, kind), **values}, company_id=ground.own.company_id)  # type: ignore[call-arg]
    with ground.store.system("a record to be found") as session:
        session.add(row)
        session.flush()
        return int(row.id)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("listed", [False, True], ids=["just written", "listed"])
@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_field_of_every_kind(ground: Ground, kind: str, name: str, listed: bool) -> None:
    number = searched(kind)[name].kind is Kind.PHONE
    said = f"+43 664 {7 + listed}-1{FIELDS.index((kind, name)):03}-5"
    said = said if number else f"Zebra{kind}{name}Größe{listed}"
    id_ = put(ground, kind, **{name: said})
    if listed:
        ground.list()
    asked = [said, said[:-2]] if number else [said, said.upper(), said[2:-2], said.replace("ö", "o")]
    for text in asked:
        assert id_ in ids(ground.my.find(text), kind), text
    (hit,) = [h for g in ground.my.find(said).groups for h in g.hits if h.id == id_ and h.table == kind]
    marked = hit.title if name == TITLES[kind] else hit.beside
    assert marked
    assert marked.marks
    assert hit.label == ("" if name == TITLES[kind] else searched(kind)[name].label)
    assert not ground.other.find(said).groups
    ground.my.records(kind).archive([id_])
    assert id_ not in ids(ground.my.find(said), kind)
    ground.list()
    assert id_ not in ids(ground.my.find(said), kind)
    ground.my.records(kind).restore([id_])
    assert id_ in ids(ground.my.find(said), kind)
    ground.my.records(kind).archive([id_])


def test_every_kind_that_is_looked_through_can_be_put_away() -> None:
    """By that the triggers know a kind of record from another table with a search of its own."""
    assert {kind for kind, _ in FIELDS} == {kind for kind in KINDS if hasattr(by_name(kind), "archived_at")}


def made_up(dice: Any) -> str:
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(3, 22))).strip() or "x"


@pytest.mark.slow
def test_what_a_plain_reading_finds_is_found(ground: Ground) -> None:
    dice = chance.dice("search")
    rows: dict[int, dict[str, str]] = {}
    for _ in range(size(40, 400)):
        values = {
            "name": f"Q{made_up(dice)}",
            "phone": "".join(dice.choice("0123456789 -/") for _ in range(9)),
            "customer_code": f"K-{dice.randint(0, 999):03}",
        }
        rows[put(ground, "customers", **values)] = reference.texts("customers", values)
    tries = [text for held in rows.values() for text in _asked(dice, held)]
    for listed in (False, True):
        if listed:
            ground.list()
        for text, slips in tries:
            due = {id_ for id_, held in rows.items() if reference.answers(text, held)}
            near = {id_ for id_, held in rows.items() if reference.answers(text, held, slips=True)}
            found = set(ids(ground.my.find(text), "customers"))
            expected = due or (near if slips else set())
            assert found >= expected or len(found) == MOST, (text, listed, expected - found)
            assert found & rows.keys() <= near | due, (text, listed)
    ground.my.customers.archive(list(rows))
    ground.list()


def _asked(dice: Any, held: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Parts of a record's texts, and words of it with a slip."""
    name, phone = held["name"], held.get("phone", "")
    start = dice.randint(0, len(name) - 1)
    yield name[start : start + dice.randint(3, 9)], False
    yield f"{name[:2]} {held['customer_code'][-3:]}", False
    if len(phone) > 4:
        yield phone[1:5], False
    for word in name.split():
        if len(word) >= 5:
            yield _slipped(dice, word), True


def _slipped(dice: Any, word: str) -> str:
    at = dice.randint(0, len(word) - 2)
    return str(
        dice.choice(
            [
                word[:at] + word[at + 1 :],
                f"{word[:at]}x{word[at:]}",
                f"{word[:at]}x{word[at + 1 :]}",
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(ground: Ground, text: str) -> None:
    ground.my.find(text)
    id_ = ground.my.customers.add({"name": "A thing"})
    ground.list()
    ground.my.find(text)
    ground.my.customers.archive([id_])


def test_the_other_company_weighs_nothing(ground: Ground) -> None:
    """Neither its words nor how many there are of them change what is found, or in which order."""
    here = [put(ground, "customers", name=f"Quillwort {word}") for word in ("alone", "beside")]
    before = ground.my.find("quillwort")
    for at in range(8):
        ground.other.customers.add({"name": f"Quillwort {at}", "email": f"quillwort{at}@x.example"})
    assert ground.my.find("quillwort") == before
    ground.list()
    after = ground.my.find("quillwort")
    assert after.groups == before.groups
    assert ids(after, "customers") == here[::-1]
    assert set(ids(ground.other.find("quillwort"), "customers")).isdisjoint(here)


def test_what_was_is_not_found_any_more_nor_listed(ground: Ground) -> None:
    id_ = put(ground, "customers", name="Formerly Xylophone")
    ground.list()
    row = ground.my.customers.get(id_)
    ground.my.customers.change([Edit(id_, {"name": (row["name"], "Now Zither")})])
    for listed in (False, True):
        if listed:
            ground.list()
        assert not ground.my.find("xylophone").groups
        assert ids(ground.my.find("zither"), "customers") == [id_]
    with ground.store.system("words that are left") as session:
        assert not session.scalars(sa.select(SearchList.id).where(SearchList.word == "xylophone")).all()
        assert not session.scalars(sa.select(SearchPiece.id).where(SearchPiece.word == "xylophone")).all()
        session.delete(session.get(by_name("customers"), id_))
    ground.list()
    with ground.store.system("words that are left") as session:
        assert not session.scalars(sa.select(SearchList.id).where(SearchList.word == "zither")).all()
        assert not session.scalar(sa.select(sa.func.count()).select_from(SearchDue))


def test_the_best_come_first(ground: Ground) -> None:
    names = ("Great Tamarisk Ltd", "Tamarisk", "Tamariskwood", "Oldtamarisk", "Tamarosk")
    made = {name: put(ground, "customers", name=name) for name in names}
    beside = put(ground, "customers", name="Somebody", email="tamarisk@x.example")
    ground.list()
    order = ids(ground.my.find("tamarisk"), "customers")
    assert order == [
        *sorted((made["Tamarisk"], made["Great Tamarisk Ltd"]), reverse=True),
        beside,
        made["Tamariskwood"],
        made["Oldtamarisk"],
        made["Tamarosk"],
    ]


def test_an_empty_search_shows_what_was_changed_last(ground: Ground) -> None:
    made = [ground.my.customers.add({"name": f"Lately {at}"}) for at in range(3)]
    (group,) = ground.my.find("  ").groups
    assert [hit.id for hit in group.hits][:3] == made[::-1]
    assert not ground.my.find("...").groups


def test_statements_are_few(ground: Ground) -> None:
    for at in range(30):
        put(ground, "customers", name=f"Counted {at}")
    ground.list()
    for text, most in (("counted", 8), ("countde", 12), ("counted 7 x", 14)):
        with counted(ground.store) as sent:
            ground.my.find(text)
        assert len(sent) <= most, (text, sent)


def test_a_word_that_begins_more_words_than_are_counted(ground: Ground) -> None:
    """The word itself comes first, however old; beside a rarer word it narrows all the same."""
    first = put(ground, "customers", name="Parnassia")
    rare = put(ground, "customers", name="Parnassia00 Wolfram")
    with ground.store.system("many words") as session:
        model: Any = by_name("customers")
        session.add_all(
            model(company_id=ground.own.company_id, name=f"Parnassia{at}")
            for at in range(10, MOST_WORDS + 30)
        )
    ground.list()
    assert ids(ground.my.find("parnassia"), "customers")[0] == first
    assert ids(ground.my.find("parnassia wolfram"), "customers") == [rare]
    assert ids(ground.my.find("pa wolfr"), "customers") == [rare]
    assert len(ids(ground.my.find("arnass"), "customers")) == MOST


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_record_of_every_kind_by_its_verb(ground: Ground, kind: str) -> None:
    id_ = ground.my.records(kind).add(least(ground.my, kind) | {TITLES[kind]: f"Wombat {kind}"})
    assert ids(ground.my.find("wombat"), kind) == [id_]
