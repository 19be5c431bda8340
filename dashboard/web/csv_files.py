"""The files under /export: each kind of record as its list means it, refused rows, the whole company."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_data import Own, Query, Workspace
from crm_data.accounts.sessions import Signed
from crm_data.changes.sets import Asked
from crm_data.errors import NotFound
from crm_data.nouns.since import CHANGED
from crm_data.numbers.funnel import Base
from crm_data.numbers.period import USUAL, Compare
from crm_data.transfer import xlsx_out
from crm_data.transfer.csv_out import Form, Written, nobody_counts
from dashboard import runtime
from dashboard.web import secrets_held
from dashboard.web.exports import Download, Maker, register

CSV = "text/csv; charset=utf-8"
MEDIA_TYPES = {Form.CSV: CSV, Form.XLSX: xlsx_out.MEDIA_TYPE}
_KEPT_SECONDS = 3600
_MOST_KEPT = 40  # files
_MOST_BYTES = 100 * 1024 * 1024  # of all of them


class Owner(NamedTuple):
    """Whose a kept file is: it is given to this person in this company alone."""

    company_id: int
    user_id: int | None


@dataclass(frozen=True)
class _Kept:
    owner: Owner
    name: str
    data: bytes
    until: float


_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = threading.Lock()


def offer() -> None:
    """Put the files under /export; called once, before the server answers."""
    for table in Workspace.kinds:
        for form in Form:
            register(f"{table}.{form}", _records(table, form))
    register("chart.csv", _chart)
    register("own-chart.csv", _own_chart)
    register("changes.csv", _changes)
    register("breakdown.csv", _breakdown)
    register("refused.csv", _refused)
    register("history.csv", _history)
    register("company.zip", _company)
    register("company.foyer.zip", _company_file)


def keep(my: Workspace, name: str, data: bytes) -> str:
    """Hold a small file for an hour for the person at work; returns the address it is fetched from."""
    key, now = secrets.token_urlsafe(24), time.monotonic()
    with _lock:
        for old in [old for old, kept in _kept.items() if kept.until < now]:
            del _kept[old]
        while _kept and (
            len(_kept) >= _MOST_KEPT or sum(len(k.data) for k in _kept.values()) + len(data) > _MOST_BYTES
        ):
            _kept.popitem(last=False)
        owner = Owner(my.scope.company_id, my.scope.user_id)
        _kept[key] = _Kept(owner, name, data, now + _KEPT_SECONDS)
    return f"/export/refused.csv?key={key}"


def _company(signed: Signed, params: Mapping[str, str]) -> Download:
    name, pieces = Workspace(runtime.running().store, signed.scope).take_away()
    return Download(name, "application/zip", pieces)


def _company_file(signed: Signed, params: Mapping[str, str]) -> Download:
    secret = secrets_held.held(signed, params["sealed"]) if "sealed" in params else ""
    name, pieces = Workspace(runtime.running().store, signed.scope).company_file(secret)
    return Download(name, "application/zip", pieces)


def query_of(my: Workspace, table: str, params: Mapping[str, str]) -> Query:
    """The rows that an address means. Raises Invalid."""
    return my.records(table).query(params, _zone(params.get("zone", "UTC")))


def made(
    my: Workspace, table: str, form: Form, params: Mapping[str, str], written: Written = nobody_counts
) -> tuple[str, Iterator[bytes]]:
    """A list as a file: its name, and its bytes; see `Workspace.export`. Raises NotAllowed, Invalid."""
    columns = [name for name in params.get("columns", "").split(",") if name] or None
    return my.export(my.records(table), query_of(my, table, params), columns, form, written)


def _records(table: str, form: Form) -> Maker:
    def make(signed: Signed, params: Mapping[str, str]) -> Download:
        name, pieces = made(Workspace(runtime.running().store, signed.scope), table, form, params)
        return Download(name, MEDIA_TYPES[form], pieces)

    return make


def _chart(signed: Signed, params: Mapping[str, str]) -> Download:
    my = Workspace(runtime.running().store, signed.scope)
    zone = _zone(params.get("zone", "UTC"))
    period = my.numbers.period(params.get("period", USUAL), zone)
    base = Base.MOVED if params.get("base") == Base.MOVED else Base.MADE
    query, skipped = my.deals.query(params, zone), params.get("skipped") != "0"
    name, pieces = my.export_chart(params.get("chart", ""), query, period, base, skipped)
    return Download(name, CSV, pieces)


def _own_chart(signed: Signed, params: Mapping[str, str]) -> Download:
    my = Workspace(runtime.running().store, signed.scope)
    name, pieces = my.export_own(Own.read(params), _zone(params.get("zone", "UTC")))
    return Download(name, CSV, pieces)


def _changes(signed: Signed, params: Mapping[str, str]) -> Download:
    my = Workspace(runtime.running().store, signed.scope)
    zone = _zone(params.get("zone", "UTC"))
    day = params.get("since", "")
    since = my.numbers.period(f"{day}..{day}", zone).first
    closing = my.numbers.period(params.get("closing", "all"), zone)
    name, pieces = my.export_changes(
        my.deals.query(params, zone), since, closing, params.get("show", CHANGED)
    )
    return Download(name, CSV, pieces)


def _breakdown(signed: Signed, params: Mapping[str, str]) -> Download:
    my = Workspace(runtime.running().store, signed.scope)
    zone = _zone(params.get("zone", "UTC"))
    compare = params.get("compare", Compare.BEFORE)
    period = my.numbers.period(params.get("period", USUAL), zone, compare)
    name, pieces = my.export_breakdown(my.deals.query(params, zone), period, params.get("by", ""))
    return Download(name, CSV, pieces)


def _history(signed: Signed, params: Mapping[str, str]) -> Download:
    my = Workspace(runtime.running().store, signed.scope)
    asked = Asked.read(params, my.kinds, _zone(params.get("zone", "UTC")))
    name, pieces = my.changes.export(asked)
    return Download(name, CSV, pieces)


def _refused(signed: Signed, params: Mapping[str, str]) -> Download:
    with _lock:
        kept = _kept.get(params.get("key", ""))
    if kept is None or kept.owner != Owner(signed.scope.company_id, signed.scope.user_id):
        raise NotFound("This file is no longer kept. Import the file again to see which rows are refused.")
    return Download(kept.name, CSV, iter([kept.data]))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
