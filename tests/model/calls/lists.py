"""Calls that read records and their lists."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crm_data import Workspace
from crm_data.store.summary import groups_by
from crm_data.tables.fields import Kind, fields_of
from tests.model.calls.given import query
from tests.model.calls.scene import SEARCHES, Call, Scene, simply
from tests.model.world import CANARIES
from tests.support.kinds import CLASSES


def _page(here: Scene) -> Call:
    kind = here.kind()
    if here.places and here.dice.random() < 0.5:
        place = here.dice.choice(here.places)
        edge = {"after": place.word} if place.forward else {"before": place.word}
        wanted = replace(place.query, **edge, last=False)
        return Call(
            "",
            lambda my: my.records(place.kind).page(wanted),
            {"kind": place.kind, "query": wanted, "place": place},
        )
    wanted = replace(query(here, kind), last=here.dice.random() < 0.15)
    said_ = {"kind": kind, "query": wanted, "place": None}
    if here.dice.random() < 0.05:
        word = here.dice.choice(["", "x", "W10", "bnVsbA", "ñ" * 5, "A" * 5000])
        broken = replace(wanted, **{here.dice.choice(["sort", "preset", "after"]): word or "password_hash"})
        broken = replace(broken, last=False)
        return Call("", lambda my: my.records(kind).page(broken), said_ | {"broken": True})
    return Call("", lambda my: my.records(kind).page(wanted), said_)


def _reading(verb: str, presets: bool = True) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = here.kind()
        wanted = query(here, kind, presets)
        return Call("", lambda my: getattr(my.records(kind), verb)(wanted), {"kind": kind, "query": wanted})

    return made


def _window(here: Scene) -> Call:
    kind = here.kind()
    wanted = query(here, kind)
    more = [name for name, f in fields_of(CLASSES[kind].table).items() if f.sort and name != wanted.sort]
    by = [(name, here.dice.random() < 0.5) for name in here.dice.sample(more, here.dice.choice([0, 1, 2]))]
    search = "" if wanted.search in CANARIES else wanted.search  # a ruler repeats what was asked
    wanted = replace(wanted, then=tuple(by), search=search)
    starts = [here.dice.choice([0, 1, 7, 10**9, -5]) for _ in range(2)]
    n = here.dice.choice([1, 3, 50])

    def do(my: Workspace) -> Any:
        first = my.records(kind).window(wanted, starts[0], n)
        return first, my.records(kind).window(wanted, starts[1], n, first.ruler)

    return Call("", do, {"kind": kind, "query": wanted, "starts": starts, "n": n})


def _fresh(here: Scene) -> Call:
    kind = here.kind()
    wanted = query(here, kind)
    ids = [id_ for id_ in here.ids(kind) if type(id_) is int]
    seen = {id_: here.own[kind].get(id_, {}).get("version", 1) - here.dice.choice([0, 1]) for id_ in ids}
    return Call(
        "",
        lambda my: my.records(kind).fresh(wanted, seen),
        {"kind": kind, "query": wanted, "seen": seen},
    )


def _ids(here: Scene) -> Call:
    kind = here.kind()
    wanted = query(here, kind)
    return Call("", lambda my: my.records(kind).ids(wanted, 100_000), {"kind": kind, "query": wanted})


def _find(here: Scene) -> Call:
    kind = here.kind()
    wanted, word = query(here, kind), here.dice.choice(SEARCHES)
    after, back = here.dice.choice([-1, 0, 2, 10**9]), here.dice.random() < 0.5
    said_ = {"kind": kind, "query": wanted, "word": word, "after": after, "back": back}

    def do(my: Workspace) -> Any:
        records = my.records(kind)
        return records.find(wanted, [records.title], word, after, back)

    return Call("", do, said_)


def _footers(here: Scene) -> Call:
    kind = here.kind()
    wanted, measures = query(here, kind), {}
    for name, f in fields_of(CLASSES[kind].table).items():
        fit = ["count", "empty"] * (f.kind is not Kind.JSON) + ["sum", "average"] * (f.kind is Kind.MONEY)
        fit += ["unique"] * (f.kind not in (Kind.JSON, Kind.TAGS))
        if fit and here.dice.random() < 0.3:
            measures[name] = here.dice.choice(fit)
    said_ = {"kind": kind, "query": wanted, "measures": measures}
    return Call("", lambda my: my.records(kind).footers(wanted, measures), said_)


def _groups(here: Scene) -> Call:
    kind = here.kind()
    wanted, fields = query(here, kind), fields_of(CLASSES[kind].table)
    can = groups_by(fields)
    by = here.dice.sample(can, here.dice.randint(1, min(3, len(can))))
    sums = [name for name, f in fields.items() if f.kind is Kind.MONEY]
    said_ = {"kind": kind, "query": wanted, "by": by, "sums": sums}
    return Call("", lambda my: my.records(kind).groups(wanted, by, sums), said_)


def _one(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = here.kind()
        id_ = here.id(kind)
        return Call("", lambda my: getattr(my.records(kind), verb)(id_), {"kind": kind, "id": id_})

    return made


def _look(here: Scene) -> Call:
    made = _one("look")(here)
    return replace(made, writes=True)


def _choices(here: Scene) -> Call:
    kind, word, limit = here.kind(), here.dice.choice(SEARCHES), here.dice.choice([1, 5, 50])
    return Call(
        "", lambda my: my.records(kind).choices(word, limit), {"kind": kind, "search": word, "limit": limit}
    )


def _names(here: Scene) -> Call:
    kind = here.kind()
    fields = fields_of(CLASSES[kind].table)
    row = {n: here.id(str(f.to)) for n, f in fields.items() if f.kind is Kind.LINK}
    row = {name: id_ if type(id_) is int and 0 < id_ < 2**31 else None for name, id_ in row.items()}
    return Call("", lambda my: my.records(kind).names(row), {"kind": kind, "row": row})


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Records.page": _page,
    "Records.count": _reading("count"),
    "Records.walk": _reading("walk"),
    "Records.window": _window,
    "Records.fresh": _fresh,
    "Records.last_change": simply(lambda my: my.customers.last_change()),
    "Records.ids": _ids,
    "Records.find": _find,
    "Records.footers": _footers,
    "Records.groups": _groups,
    "Records.get": _one("get"),
    "Records.history": _one("history"),
    "Records.choices": _choices,
    "Records.names": _names,
    "Records.look": _look,
}
