"""What an import tells beside its counts: kept beside, made on the way, changed here since, or there twice."""

from collections.abc import Iterable, Mapping, Sequence

from crm_data.store.records import Records
from crm_data.tables import noun
from crm_data.tables.fields import Kind
from crm_data.transfer.marks import MARKED
from crm_data.transfer.plan import Lookalikes, Newer, Plan
from crm_data.transfer.reasons import shortened
from crm_data.transfer.resembling import Resembles

_SHOWN = 5

Words = Mapping[str, Mapping[str, int]]


def kept_beside(beside: Words, plan: Plan, records: Records) -> list[str]:
    """A sentence for each column with cells that were not taken: how many, which, and what stands instead."""
    found = []
    for heading, cells in beside.items():
        field = records.fields.get(plan.column(heading).to)
        instead = ""
        if field is not None and field.kind is Kind.CHOICE and field.default is not None:
            instead = f" New records have {field.words_for(field.default)} instead."
        rows = sum(cells.values())
        found.append(
            f"{heading}: {_counted(rows, 'cell')} could not be taken as {field.label if field else heading}"
            f" and {'is' if rows == 1 else 'are'} kept beside the {noun(records.name, rows)}:"
            f" {listed(cells)}.{instead}"
        )
    return found


def first_of_several(several: Mapping[str, int]) -> list[str]:
    """That cells hold more than one address or number."""
    return [
        f"{heading}: {_counted(rows, 'cell')} {'holds' if rows == 1 else 'hold'} several. The first is taken,"
        " and the whole cell is kept beside the record."
        for heading, rows in several.items()
    ]


def changed_since(rows: int, plan: Plan) -> list[str]:
    """That records were changed here after the file was made."""
    if not rows:
        return []
    what = (
        f"{_counted(rows, 'record')} {'was' if rows == 1 else 'were'} changed here since the file was made,"
    )
    if plan.newer == Newer.FILE:
        return [f"{what} and the file's values are taken, as you chose."]
    return [f"{what} and what stands here is left. Choose the file's values if they are meant."]


def from_elsewhere(elsewhere: Mapping[str, int]) -> list[str]:
    """That the file's ids are known here from another system."""
    return [
        f"{count:,} of these ids are here already, from {system!r}."
        " If that is the same system, give its name as where the ids come from."
        for system, count in elsewhere.items()
    ]


def of_another_export(rows: int) -> list[str]:
    """That rows come from an export of another company."""
    if not rows:
        return []
    comes = "comes" if rows == 1 else "come"
    return [
        f"{_counted(rows, 'row')} {comes} from an export of another company or installation: the ids are kept as"
        " external ids of that one, and find no record of this company by its own number."
    ]


def unmarked(sheet_has_id: bool) -> list[str]:
    """That a file looks like an export of ours and lacks the mark."""
    if not sheet_has_id:
        return []
    return [
        f"This file has the headings of an export, and no column {MARKED}: its ids are taken for those of another"
        " system, and no record of this company is found by them. Export again if it was made here."
    ]


def resembling(found: Sequence[Resembles], plan: Plan, records: Records) -> list[str]:
    """That rows to be added look like records here, or like each other: for whoever sees no list of them."""
    if not found:
        return []
    looks = "looks" if len(found) == 1 else "look"
    few = [f"row {each.row:,} like {each.what} ({each.why})" for each in found[:_SHOWN]]
    more = f" and {len(found) - _SHOWN:,} others" if len(found) > _SHOWN else ""
    what = (
        f"{_counted(len(found), f'new {noun(records.name)}')} {looks} like a record here or like another row:"
        f" {', '.join(few)}{more}."
    )
    if plan.lookalikes == Lookalikes.LEAVE:
        return [f"{what} Left out, as you chose, and among the refused rows."]
    return [f"{what} They come in all the same, unless you leave them out."]


def meant(rows: Mapping[int, str], named: Mapping[str, Mapping[tuple[str, str], int]]) -> list[str]:
    """That what rows are found by, or whom they name, is written otherwise here. `named`: see `Lookup.meant`."""
    found = []
    if rows:
        one = len(rows) == 1
        found.append(
            f"{_counted(len(rows), 'row')} {'means a record that is' if one else 'mean records that are'} written"
            f" otherwise here: {_few(rows.values(), whole=True)}. If one is not meant, choose another key."
        )
    for heading, words in named.items():
        each = [f"{shortened(said)!r} as {shortened(title)}" for said, title in words]
        names = f"{_counted(len(words), 'name')} {'is' if len(words) == 1 else 'are'}"
        few = _few(each, whole=True).removesuffix(".")
        found.append(f"{heading}: {names} written otherwise here and read so: {few}.")
    return found


def made(titles: Sequence[str], done: bool) -> list[str]:
    """That customers are added because rows name them."""
    if not titles:
        return []
    verb = ("was" if len(titles) == 1 else "were") if done else "would be"
    return [f"{_counted(len(titles), 'customer')} {verb} added, named by the rows: {_few(titles)}."]


def listed(cells: Mapping[str, int]) -> str:
    """Words with their counts, the most frequent first."""
    most = sorted(cells.items(), key=lambda pair: (-pair[1], pair[0]))
    said = ", ".join(f"{shortened(word)!r} ({count:,})" for word, count in most[:_SHOWN])
    return said + (f" and {_counted(len(most) - _SHOWN, 'other word')}" if len(most) > _SHOWN else "")


def _few(said: Iterable[str], whole: bool = False) -> str:
    each = list(dict.fromkeys(said))
    more = f" and {len(each) - _SHOWN:,} others" if len(each) > _SHOWN else ""
    return ", ".join(each[:_SHOWN] if whole else map(shortened, each[:_SHOWN])) + more


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
