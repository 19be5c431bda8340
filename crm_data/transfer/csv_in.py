"""Importing a file: what each row would do to the company's records, and then, on request, doing it at once."""

from zoneinfo import ZoneInfo

from crm_data.alike.many import Compared, Outdated
from crm_data.nouns.customers import Customers
from crm_data.rights import Act, demand
from crm_data.store.again import again
from crm_data.store.bulk import Bulk, reading, writing
from crm_data.store.changes import new_act
from crm_data.store.records import Records, Row
from crm_data.tables.customer import CustomerType
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.lookup import Lookup, unknown_words
from crm_data.transfer.mapping import fitted
from crm_data.transfer.plan import Plan
from crm_data.transfer.report import Report
from crm_data.transfer.rows import Draft, Progress, drafts
from crm_data.transfer.sorting import Sorting

_TURNS = 3  # of a commit: twice it compares before it writes, and at last while nobody else can


def nobody_listens(share: float) -> None:
    """Progress that nobody asked for."""


def rehearse(records: Records, sheet: Sheet, plan: Plan, progress: Progress = nobody_listens) -> Report:
    """What a commit would do now. Touches nothing. Raises NotAllowed, and Invalid for a plan that cannot be."""
    demand(records.person, Act.IMPORT, records.name)
    plan = fitted(plan, sheet, records)
    read = drafts(sheet, plan, records, progress)
    with reading(records, ZoneInfo(plan.zone)) as bulk:
        return _sorted(bulk, sheet, plan, read, None)[1]


def strangers(records: Records, sheet: Sheet, plan: Plan) -> dict[str, dict[str, int]]:
    """Heading -> word -> rows: what names no choice, colleague or record here, so that it can be asked at once."""
    demand(records.person, Act.IMPORT, records.name)
    plan = fitted(plan, sheet, records)
    with reading(records, ZoneInfo(plan.zone)) as bulk:
        return unknown_words(sheet, plan, records, Lookup(bulk, plan))


@again
def commit(
    records: Records,
    sheet: Sheet,
    plan: Plan,
    progress: Progress = nobody_listens,
    act_id: str | None = None,
) -> Report:
    """Import the good rows in one transaction; the refused ones are in the report. All or nothing.

    The same `act_id` again does nothing. An exception out of `progress` (0 to 1) cancels and leaves nothing. Which
    rows look like something is found before the transaction, where that decides on them: while it is open, and
    others wait, they are compared with what was written since.
    """
    demand(records.person, Act.IMPORT, records.name)
    plan = fitted(plan, sheet, records)
    act_id = act_id or new_act()
    for turn in range(_TURNS):
        compared = (
            _compared(records, sheet, plan, lambda share: progress(share / 4)) if turn < _TURNS - 1 else None
        )
        begun = 0.25 if compared else 0.0
        read = drafts(sheet, plan, records, lambda share: progress(begun + share * (0.5 - begun)))  # noqa: B023
        try:
            return _written(records, sheet, plan, read, compared, progress, act_id)
        except Outdated:
            del read  # what was here then is not here now
    raise AssertionError("the last turn compares while nobody writes")


def _compared(records: Records, sheet: Sheet, plan: Plan, progress: Progress) -> Compared | None:
    """What the new rows are like, found in a transaction that only looks; None where it decides nothing."""
    if not plan.asks_who_is_here:
        return None
    read = drafts(sheet, plan, records, progress)
    with reading(records, ZoneInfo(plan.zone)) as bulk:
        sorting = Sorting(bulk, sheet, plan, adding=False)
        sorting.sort(read, done=False)
        return sorting.alike.compared


def _sorted(
    bulk: Bulk,
    sheet: Sheet,
    plan: Plan,
    read: list[Draft],
    compared: Compared | None,
    done: bool = False,
    progress: Progress = nobody_listens,
) -> tuple[Sorting, Report]:
    """The rows where they belong. Those that change what they look like are known when all are compared."""

    def step() -> None:
        progress(0.5)  # no further yet, but whoever listens may want it no more

    sorting = Sorting(bulk, sheet, plan, done, compared)
    report = sorting.sort(read, done, step)
    if sorting.alike.again:
        sorting = Sorting(bulk, sheet, plan, done, sorting.alike.compared)
        report = sorting.sort(drafts(sheet, plan, bulk.records, nobody_listens), done, step)
    return sorting, report


def _written(
    records: Records,
    sheet: Sheet,
    plan: Plan,
    read: list[Draft],
    compared: Compared | None,
    progress: Progress,
    act_id: str,
) -> Report:
    """The transaction of a commit. Raises Outdated where what was `compared` does not hold any more."""
    with writing(records, act_id, ZoneInfo(plan.zone)) as bulk:
        earlier = bulk.earlier(act_id)
        if earlier is not None:
            return Report(sheet.headings, *earlier, done=True, repeated=True)
        sorting, report = _sorted(bulk, sheet, plan, read, compared, done=True, progress=progress)
        _make(bulk, sorting)
        total = len(sorting.created) + len(sorting.updated) or 1
        bulk.insert([row for _, row in sorting.created], lambda n: progress(0.5 + n / total / 2))
        before = len(sorting.created)
        bulk.update(
            [(old, new) for _, old, new in sorting.updated],
            lambda n: progress(0.5 + (before + n) / total / 2),
        )
        return report


def _make(bulk: Bulk, sorting: Sorting) -> None:
    """Add the customers that the rows name, before the rows that name them."""
    making = sorting.to_make()
    if not making:
        return
    customers = Customers(bulk.records._store, bulk.records._scope)
    firm = {"customer_type": CustomerType.BUSINESS.value}
    rows: list[Row] = [{"name": made.title, **(firm if made.firm else {})} for made in making]
    ids = bulk.beside(customers).insert([customers.judge(row, None, bulk.doing) for row in rows])
    sorting.made({made.id: id_ for made, id_ in zip(making, ids, strict=True)})
