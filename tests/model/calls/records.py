"""Calls that write records of any kind."""

from collections.abc import Callable

from crm_data import Edit, Given, Way
from crm_data.tables.fields import Kind, fields_of
from tests.model.calls.given import raw, said_for, values
from tests.model.calls.scene import Call, Scene
from tests.support.kinds import CLASSES


def _add(here: Scene) -> Call:
    kind = here.kind()
    new, act = values(here, kind, few=False), here.act(kind)
    call = Call("", lambda my: my.records(kind).add(raw(new), act), {"kind": kind, "values": new, "act": act})
    if here.dice.random() < 0.02:
        name = here.dice.choice(
            ["company_id", "id", "created_by", "password_hash", "version", "converted_at"]
        )
        bad = raw(new) | {name: next(iter(here.dump))}
        return Call("", lambda my: my.records(kind).add(bad), call.said | {"forbidden": True}, writes=True)
    call.writes = True
    return call


def _change(here: Scene) -> Call:
    kind = here.kind()
    edits, wanted = [], []
    for id_ in dict.fromkeys(i for i in here.ids(kind) if i is not True and i is not None):
        new = values(here, kind, few=True, wrong=0.02)
        row = here.own[kind].get(id_, {}) if isinstance(id_, int) else {}
        stale = here.dice.random() < 0.05
        seen = {name: (None if stale else row.get(name)) for name in new}
        edits.append(Edit(id_, {name: (seen[name], new[name].raw) for name in new}))
        wanted.append((id_, seen, new))
    return Call("", lambda my: my.records(kind).change(edits), {"kind": kind, "edits": wanted}, writes=True)


def _add_all(here: Scene) -> Call:
    kind = here.kind()
    new = [values(here, kind, few=False, wrong=0.01) for _ in range(here.dice.choice([0, 1, 2, 3]))]
    said_ = {"kind": kind, "rows": new}
    return Call("", lambda my: my.records(kind).add_all([raw(one) for one in new]), said_, writes=True)


def _change_many(here: Scene) -> Call:
    kind, dice = here.kind(), here.dice
    ids, way, rest = here.ids(kind), dice.choice(list(Way)), dice.random() < 0.7
    fields = {name: f for name, f in fields_of(CLASSES[kind].table).items() if f.edit}
    tags = [name for name, f in fields.items() if f.kind is Kind.TAGS]
    if way in (Way.ADD, Way.TAKE) and not tags and dice.random() < 0.9:
        way = Way.SET
    name = dice.choice(tags if way in (Way.ADD, Way.TAKE) and tags else list(fields))
    value = said_for(here, kind, fields[name], here.around, 0.02)
    given = Given(way, name, value.raw)
    said_ = {"kind": kind, "ids": ids, "way": way, "name": name, "value": value, "rest": rest}
    return Call("", lambda my: my.records(kind).change_many(ids, given, rest), said_, writes=True)


def _put(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = here.kind()
        ids = here.ids(kind)
        if verb == "restore":
            away = [id_ for id_, row in here.own[kind].items() if row["archived_at"]]
            ids = [*ids, *away[-2:]] if here.dice.random() < 0.3 else away[-2:] or ids
        said_ = {"kind": kind, "ids": ids, "away": verb == "archive"}
        return Call("", lambda my: getattr(my.records(kind), verb)(ids), said_, writes=True)

    return made


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Records.add": _add,
    "Records.add_all": _add_all,
    "Records.change": _change,
    "Records.change_many": _change_many,
    "Records.archive": _put("archive"),
    "Records.restore": _put("restore"),
}
