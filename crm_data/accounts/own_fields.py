"""The fields that a company adds to its records: added, called, ordered and hidden by its admins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from crm_data.accounts.own_choices import new_choices, rechosen
from crm_data.errors import Clash, Conflict, Invalid, NotFound
from crm_data.rights import Act, Person, demand
from crm_data.store.again import again
from crm_data.store.changes import doing_of
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import parse
from crm_data.store.writer import amend
from crm_data.tables import Base, Company, by_name, one_of
from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.tables.own_fields import OwnField, OwnFields, read
from crm_data.tables.spare import Extensible, spares

# What an admin chooses among, and what it is called.
KINDS: Mapping[Kind, str] = {
    Kind.TEXT: "Text",
    Kind.WHOLE: "Whole number",
    Kind.NUMBER: "Decimal number",
    Kind.MONEY: "Amount of money",
    Kind.DAY: "Date",
    Kind.CHOICE: "Choice",
    Kind.YES_NO: "Yes or no",
    Kind.MEMBER: "Person",
}
TABLES = tuple(
    table.name for table in Base.metadata.sorted_tables if issubclass(by_name(table.name), Extensible)
)
LABEL = Field("Name", Kind.TEXT, "label", length=50, required=True)
SECTION = Field("Section", Kind.TEXT, "section", length=50)
# Headings of a file of records that are no field's.
_OF_FILES = ("Id", "Foyer", "Row", "Reason", "Company id")
# field -> what was seen, and what is wanted; `choices` as (code, words), the code '' of a new one.
Wishes = Mapping[str, tuple[Any, Any]]


class Fields:
    """One company's own fields, bound to a person of it."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    def get(self) -> OwnFields:
        """The fields as they are now."""
        with self._store.read(self._scope) as session:
            return read(session.scalars(sa.select(Company.own_fields)).one())

    @again
    def add(
        self,
        table: str,
        label: str,
        kind: str,
        section: str = "",
        choices: Sequence[str] = (),
        act_id: str | None = None,
    ) -> str:
        """Add a field to a kind of record, behind the others; the name of its column. For admins.

        Raises Invalid, also where no column of the kind is left, and NotAllowed.
        """
        self._demand(table)
        if kind not in KINDS:
            raise Invalid(f"Choose what the field holds: {', '.join(KINDS.values())}.", "kind")
        made = OwnField("", parse(LABEL, label), Kind(kind).value, parse(SECTION, section) or "")
        if kind == Kind.CHOICE:
            made = replace(made, choices=new_choices(choices))
        elif any(map(str.strip, choices)):
            raise Invalid(
                "Choices: only what holds a choice has them. Leave them out, or choose that.", "choices"
            )

        def added(own: tuple[OwnField, ...], session: CompanySession) -> tuple[OwnField, ...]:
            taken = {one.name for one in own}
            free = [name for name in spares(Kind(kind)) if name not in taken]
            if not free:
                raise Invalid(_no_room(table, Kind(kind)), "kind")
            demand_free(table, made, own)
            return (*own, replace(made, name=free[0]))

        return self._write(table, f"Added the field {made.label} to {table}", added, act_id)[-1].name

    @again
    def change(self, table: str, name: str, wishes: Wishes, act_id: str | None = None) -> bool:
        """Call a field otherwise, give it another section or other choices; whether anything changed. For admins.

        A choice that some record has cannot be taken away. Raises Invalid, Conflict, NotAllowed, NotFound.
        """
        self._demand(table)
        wanted = {part: _judged(part, new) for part, (_, new) in wishes.items()}

        def changed(own: tuple[OwnField, ...], session: CompanySession) -> tuple[OwnField, ...]:
            before = _of(own, name)
            _demand_seen(before, wishes, wanted)
            after = replace(before, **{part: new for part, new in wanted.items() if part != "choices"})
            if "choices" in wanted and before.kind == Kind.CHOICE:
                after = rechosen(after, wanted["choices"])
                demand_unused(session, table, after, set(dict(before.choices)) - set(dict(after.choices)))
            rest = tuple(one for one in own if one.name != name)
            demand_free(table, after, rest)
            return tuple(after if one.name == name else one for one in own)

        before = _of(self.get().of(table), name)
        return before not in self._write(
            table, f"Changed the field {before.label} of {table}", changed, act_id
        )

    @again
    def order(self, table: str, names: Sequence[str], act_id: str | None = None) -> None:
        """Put all fields of a kind of record in this order. For admins. Raises Invalid, NotAllowed."""
        self._demand(table)

        def ordered(own: tuple[OwnField, ...], session: CompanySession) -> tuple[OwnField, ...]:
            known = {one.name: one for one in own}
            if sorted(known) != sorted(names):
                raise Invalid("Somebody added a field meanwhile. Look at them again.")
            return tuple(known[name] for name in names)

        self._write(table, f"Changed the order of the fields of {table}", ordered, act_id)

    @again
    def hide(self, table: str, name: str, hidden: bool = True, act_id: str | None = None) -> None:
        """Offer a field no more, or again; what it holds is kept. For admins. Raises NotAllowed, NotFound."""
        self._demand(table)

        def turned(own: tuple[OwnField, ...], session: CompanySession) -> tuple[OwnField, ...]:
            after = replace(_of(own, name), hidden=hidden)
            return tuple(after if one.name == name else one for one in own)

        label = _of(self.get().of(table), name).label
        self._write(table, f"{'Hid' if hidden else 'Showed'} the field {label} of {table}", turned, act_id)

    def _demand(self, table: str) -> None:
        demand(Person(self._scope.role, self._scope.operator), Act.PROFILE)
        if table not in TABLES:
            raise NotFound

    def _write(
        self,
        table: str,
        title: str,
        make: Callable[[tuple[OwnField, ...], CompanySession], tuple[OwnField, ...]],
        act_id: str | None,
    ) -> tuple[OwnField, ...]:
        """The fields of one kind as they are now, made anew and kept: one transaction, one line of the log."""
        with self._store.write(self._scope) as session:
            company = session.scalars(sa.select(Company).with_for_update()).one()
            now = read(company.own_fields)
            after = now.but(table, make(now.of(table), session))
            doing = replace(doing_of(self._scope.user_id, act_id, kind="profile"), title=title)
            amend(session, doing, company, {"own_fields": after.kept() or None}, [company.id], company.name)
            return after.of(table)


def _judged(part: str, raw: Any) -> Any:
    if part == "label":
        return parse(LABEL, raw)
    if part == "section":
        return parse(SECTION, raw) or ""
    if part == "choices":
        return tuple((str(code), str(words)) for code, words in raw)
    raise Invalid("This cannot be changed here.")


def _of(own: Sequence[OwnField], name: str) -> OwnField:
    found = next((one for one in own if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _demand_seen(now: OwnField, wishes: Wishes, wanted: Mapping[str, Any]) -> None:
    """Raise Conflict for what somebody else changed since it was seen."""
    found = [
        Clash(0, part, seen, wanted[part], held)
        for part, (seen, _) in wishes.items()
        if (held := getattr(now, part)) not in (seen, wanted[part])
    ]
    if found:
        raise Conflict(found)


def _no_room(table: str, kind: Kind) -> str:
    beside = " and choices" if kind is Kind.TEXT else " and texts" if kind is Kind.CHOICE else ""
    most = len(spares(kind))
    return (
        f"{table.capitalize()} have {most} fields of this kind{beside}, hidden ones too, and no room for more."
        " Use one of those."
    )


def demand_free(table: str, made: OwnField, others: Sequence[OwnField]) -> None:
    """No heading of a file or a list may mean two things. Raises Invalid."""
    fields = [*fields_of(by_name(table)).values(), *(one.declared() for one in others)]
    taken = {_alike(heading) for field in fields for heading in _headings(field)} | set(
        map(_alike, _OF_FILES)
    )
    if not _alike(made.label):
        raise Invalid("Name: a letter or a digit at least is needed.", "label")
    if any(_alike(heading) in taken for heading in _headings(made.declared())):
        raise Invalid(
            f"{made.label}: a column of {table} is called that already, or one of its files. Choose another name.",
            "label",
        )


def _headings(field: Field) -> list[str]:
    """What a field is called at the head of a file: a colleague's has a column for the name and one for the id."""
    return [field.label, f"{field.label} id"] if field.kind in (Kind.MEMBER, Kind.LINK) else [field.label]


def demand_unused(session: CompanySession, table: str, field: OwnField, gone: set[str]) -> None:
    """Raise Invalid where a record still has a choice that is to be taken away."""
    if not gone:
        return
    column = getattr(by_name(table), field.name)
    held = sa.select(column, sa.func.count()).where(column.in_(sorted(gone))).group_by(column)
    for code, count in session.execute(held):
        whose = f"one {one_of(table)} has" if count == 1 else f"{count:,} {table} have"
        raise Invalid(
            f"{dict(field.gone).get(code, code)}: {whose} it, archived ones counted."
            " Give them another choice first, then take it away.",
            "choices",
        )


def _alike(said: str) -> str:
    return "".join(sign for sign in said.casefold() if sign.isalnum())
