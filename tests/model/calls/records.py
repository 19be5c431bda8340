"""Calls that write records of any kind."""

from collections.abc import Callable
from typing import Any

from crm_data import Edit, Given, Replacing, Way, Workspace
from crm_data.tables.fields import Kind, fields_of
from tests.model.calls.given import raw, said_for, values
from tests.model.calls.scene import Call, Scene
from tests.support.kinds import CLASSES

PLAIN = (Kind.TEXT, Kind.LONG_TEXT)


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


def _asked(here: Scene, kind: str) -> Replacing:
    """A text to be found in a column of plain text, or at times what cannot be asked for."""
    dice = here.dice
    plain = [
        n for n, f in fields_of(CLASSES[kind].table).items() if f.edit and f.kind in PLAIN and not f.default
    ]
    fields = dice.choice([[dice.choice(plain)], plain])
    if dice.random() < 0.1:
        fields = [dice.choice(["status", "company_id", "currency", "no such", "assigned_to"])]
    find = dice.choice(
        ["acme", "BOLT", "an", "é", "STRASSE", "ss", "%", "_", " ", "\\", "東", "👨", here.canary]
    )
    by = dice.choice(["", "Zeta", "acme", "Acme", "é", "x" * 250, find])
    if dice.random() < 0.05:
        find = dice.choice(["", "\0", "x" * 1_001])
    return Replacing(find, by, tuple(fields), dice.random() < 0.3, dice.random() < 0.15)


def _replace(verb: str) -> Callable[[Scene], Call]:
    """Shown, and then done."""

    def made(here: Scene) -> Call:
        kind = here.kind()
        ids, asked = here.ids(kind), _asked(here, kind)

        def do(my: Workspace) -> Any:
            records = my.records(kind)
            found = records.replaceable(ids, asked)
            return records.replace_many(found) if verb == "replace_many" else found

        return Call("", do, {"kind": kind, "ids": ids, "asked": asked}, writes=verb == "replace_many")

    return made


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
    "Records.replaceable": _replace("replaceable"),
    "Records.replace_many": _replace("replace_many"),
    "Records.archive": _put("archive"),
    "Records.restore": _put("restore"),
}
