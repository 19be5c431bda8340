"""What each reading verb answers, said plainly from a company's tables; ANY where only the walls are looked at."""

import io
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from python_calamine import CalamineWorkbook

from crm_data import Layout, Own
from crm_data.tables import title_of
from crm_data.tables.fields import Kind, fields_of, words
from crm_data.tables.reading import fold
from crm_data.transfer.csv_out import Form
from tests.model import charts, lists
from tests.model.calls import Call
from tests.model.files import rows as rows_of
from tests.model.files import unzipped
from tests.model.results import Answer, plain
from tests.model.rules import CHANCES, OPEN, USUAL_DAYS, Tables, Wrong, cents
from tests.model.waiting import REASONS, queue
from tests.model.world import Row, members
from tests.model.writes import Writer
from tests.support.kinds import CLASSES, KINDS, TITLES


class Reader:
    """One reading call beside the tables of its company: each method fails when the answer is another."""

    def __init__(self, call: Call, tables: Tables, users: dict[int, Row], now: datetime) -> None:
        self.call, self.tables, self.users, self.now = call, tables, users, now

    def check(self, answer: Answer) -> None:
        """Compare. Raises Wrong with the class of the refusal that had to come."""
        room, _, verb = self.call.verb.partition(".")
        own = {"Profile": "_profile", "Layouts": "_layout", "Stages": "_stages", "Fields": "_own_fields"}
        own |= {"ExchangeRates": "_rates"}
        known = getattr(self, own.get(room, f"_{verb}"), None)
        if self.call.verb == "Numbers.own":
            charts.demand(self.call.said["own"])
        if known is not None and (answer.refused is None or self._refuses()):
            known(answer.value, answer.raw, **self.call.said)

    # the parts

    def _refuses(self) -> bool:
        """Whether it is a call of which only the refusal can be right."""
        return bool(self.call.said.get("broken")) or self.call.verb in (
            "Workspace.records",
            "Records.replaceable",
        )

    def _list(self, kind: str, query: Any) -> list[Row]:
        return lists.matching(self.tables, kind, query, self.call.user, self.now)

    def _names_of(self, active: bool = False) -> dict[int, str]:
        found = {
            id_: f"{self.users[id_]['first_name']} {self.users[id_]['last_name']}"
            for id_, member in members(self.tables).items()
            if not (active and member.ended)
        }
        order = lambda id_: (self.users[id_]["first_name"], self.users[id_]["last_name"], id_)  # noqa: E731
        return {id_: found[id_] for id_ in sorted(found, key=order)}

    def _same(self, kind: str, shown: list[Row], ids: list[int]) -> None:
        assert [row["id"] for row in shown] == ids
        columns = CLASSES[kind].table.__table__.columns  # type: ignore[attr-defined]
        # The model's companies have no fields of their own, and so no spare column is shown.
        spare = {column.key for column in columns if "field" in column.info and column.info["field"].spare}
        for row in shown:
            stored = self.tables[kind][row["id"]]
            assert row == {name: stored[name] for name in row}
            assert set(stored) - set(row) - {"company_id"} == spare

    # records

    def _page(self, value: Any, raw: Any, kind: str, query: Any, place: Any, broken: bool = False) -> None:
        if broken:
            raise Wrong("Invalid")
        rows = self._list(kind, query)
        ids, start = lists.page(rows, query, kind, place)
        self._same(kind, raw.rows, ids)
        assert raw.total == len(rows)
        assert raw.members == self._names_of(active=True)
        assert list(raw.members) == list(self._names_of(active=True))
        if place is None:  # a page that is reached by a cursor counts what was before it when it was made
            assert raw.start == start
            assert (raw.next is None) == (not ids or start - 1 + len(ids) >= len(rows))
            assert (raw.previous is None) == (start <= 1)
        self._check_names(kind, raw.rows, raw.names)

    def _check_names(self, kind: str, rows: list[Row], names: Any) -> None:
        for name, field in fields_of(CLASSES[kind].table).items():
            if field.kind is Kind.MEMBER:
                assert names[name] == self._names_of()
            elif field.kind is Kind.LINK:
                table, title = str(field.to), TITLES[str(field.to)]
                wanted = {row[name] for row in rows if row.get(name) in self.tables[table]}
                titles = {id_: self.tables[table][id_][title] for id_ in wanted}
                assert names[name] == titles

    def _count(self, value: int, raw: Any, kind: str, query: Any) -> None:
        assert value == len(self._list(kind, query))

    def _window(self, value: Any, raw: Any, kind: str, query: Any, starts: list[int], n: int) -> None:
        rows = self._list(kind, query)
        for start, window in zip(starts, raw, strict=True):
            begin = max(0, min(start, len(rows) - n))
            assert (window.start, window.total) == (begin, len(rows))
            self._same(kind, window.rows, [row["id"] for row in rows[begin : begin + n]])
            self._check_names(kind, window.rows, window.names)

    def _fresh(self, value: Any, raw: Any, kind: str, query: Any, seen: dict[int, int]) -> None:
        now = {row["id"]: row["version"] for row in self._list(kind, query)}
        ids = [id_ for id_ in seen if 0 < id_ < 2**31]
        assert raw.gone == [id_ for id_ in ids if id_ not in now]
        changed = {id_ for id_ in ids if id_ in now and now[id_] != seen[id_]}
        assert {row["id"] for row in raw.rows} == changed

    def _replaceable(self, value: Any, raw: Any, kind: str, ids: list[Any], asked: Any) -> None:
        writer = Writer(self.call, self.tables, self.now, {}, undone=True)
        expected = writer.replaced(kind, ids, asked)
        assert (raw.count, raw.same, len(raw.refused)) == expected
        assert len(raw.seen) == raw.count <= raw.values

    def _last_change(self, value: int, raw: Any) -> None:
        assert value == sum(sorted(self.tables["change_log"], key=self._when)[-8:])

    def _when(self, id_: int) -> tuple[Any, int]:
        return self.tables["change_log"][id_]["at"], id_

    def _ids(self, value: Any, raw: Any, kind: str, query: Any) -> None:
        assert raw == sorted(row["id"] for row in self._list(kind, query))

    def _find(self, value: Any, raw: Any, kind: str, query: Any, word: str, after: int, back: bool) -> None:
        title = title_of(kind)
        rows = self._list(kind, query) if word else []
        hits = [at for at, row in enumerate(rows) if fold(word) in fold(row[title] or "")]
        near = [at for at in hits if (at < after if back else at > after)] or hits
        at = near[-1 if back else 0] if near else None
        assert (raw.count, raw.at) == (len(hits), at)
        assert raw.nth == (None if at is None else hits.index(at) + 1)

    def _footers(self, value: Any, raw: Any, kind: str, query: Any, measures: dict[str, str]) -> None:
        rows = self._list(kind, query)
        for name, measure in measures.items():
            held = [row for row in rows if row[name] not in (None, "")]
            if measure in ("count", "empty"):
                assert raw[name] == {"": len(held) if measure == "count" else len(rows) - len(held)}
            elif measure == "unique":
                assert raw[name] == {"": len({row[name] for row in held})}
            else:
                each: dict[str, list[Decimal]] = defaultdict(list)
                for row in held:
                    each[row.get("currency", self.call.currency)].append(row[name])
                means = {
                    m: (sum(a) / len(a)).quantize(Decimal("0.01"), ROUND_HALF_UP) for m, a in each.items()
                }
                assert raw[name] == ({m: sum(a) for m, a in each.items()} if measure == "sum" else means)

    def _groups(self, value: Any, raw: Any, kind: str, query: Any, by: list[str], sums: list[str]) -> None:
        alike: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self._list(kind, query):
            alike[tuple(row[name] for name in by)].append(row)
        assert {group.values: group.count for group in raw} == {v: len(rows) for v, rows in alike.items()}
        for group in raw:
            for name in sums:
                each: dict[str, Decimal] = defaultdict(Decimal)
                for row in alike[group.values]:
                    if row[name] is not None:
                        each[row.get("currency", self.call.currency)] += row[name]
                assert group.sums[name] == each

    def _walk(self, value: Any, raw: Any, kind: str, query: Any) -> None:
        self._same(
            kind, [row for page in raw for row in page.rows], [r["id"] for r in self._list(kind, query)]
        )

    def _export(self, value: Any, raw: Any, kind: str, query: Any, form: Form) -> None:
        if form is Form.XLSX:
            cells = CalamineWorkbook.from_filelike(io.BytesIO(raw[1])).get_sheet_by_index(0).to_python()
            assert [row[0] for row in cells[1:]] == [row["id"] for row in self._list(kind, query)]
            return
        shown = [int(row["Id"]) for row in rows_of(raw[1])]
        assert shown == [row["id"] for row in self._list(kind, query)]

    def _get(self, value: Any, raw: Any, kind: str, id: Any) -> None:
        self._same(kind, [raw], [id])

    def _history(self, value: Any, raw: Any, kind: str, id: Any) -> None:
        names = self._names_of()
        logged = [
            line for _, line in sorted(self.tables["change_log"].items(), reverse=True)
            if (line["table_name"], line["row_id"]) == (kind, id)
        ][:200]  # fmt: skip
        lines = []
        for line in logged:
            who = names.get(line["user_id"], "A former colleague") if line["user_id"] else "The system"
            if line["action"] != "change":
                lines.append((line["at"], who, line["action"], None, None, None))
            else:
                before, after = line["before"] or {}, line["after"]
                lines += [(line["at"], who, "change", name, before.get(name), after[name]) for name in after]
        assert [(c.at, c.who, c.action, c.field, c.before, c.after) for c in raw] == lines

    def _choices(self, value: Any, raw: Any, kind: str, search: str, limit: int) -> None:
        fields, title = fields_of(CLASSES[kind].table), TITLES[kind]
        found = [
            row for row in self.tables[kind].values()
            if row["archived_at"] is None and lists.searched(fields, row, search)
        ]  # fmt: skip
        found.sort(key=lambda row: (row[title].lower(), row["id"]))
        assert list(raw.items()) == [(row["id"], row[title]) for row in found[:limit]]

    def _names(self, value: Any, raw: Any, kind: str, row: Row) -> None:
        self._check_names(kind, [row], raw)

    # one noun's own

    def _lookalikes(self, value: Any, raw: Any, kind: str, values: Row, own: int | None) -> None:
        """Each is of this company and shares something; who has the e-mail or the very name is among them."""
        for one in raw:
            assert self.tables[one.table][one.id][TITLES[one.table]] == one.title
            assert one.reasons
            assert (one.table, one.id) != (kind, own)
        for other in ("customers", "leads"):
            found = {one.id: one.why for one in raw if one.table == other}
            sure: set[int] = set()
            for id_, row in self.tables[other].items():
                if (other == kind and id_ == own) or _linked(kind, values, own, other, row):
                    continue
                email, title = values.get("email"), values.get(TITLES[kind])
                if email and row["email"] and row["email"].casefold() == email.casefold():
                    sure.add(id_)
                    assert id_ not in found or "same e-mail" in found[id_]
                elif (
                    other == kind
                    and row["archived_at"] is None
                    and any(map(str.isalnum, title or ""))
                    and row[TITLES[kind]].casefold() == title.casefold()
                ):
                    sure.add(id_)
            assert sure <= set(found) or len(found) == 5

    def _lookalikes_of(self, value: Any, raw: Any, kind: str, wanted: list[tuple[Row, int]]) -> None:
        assert len(raw) == len(wanted)
        for (values, own), found in zip(wanted, raw, strict=True):
            self._lookalikes(found, found, kind, values, own)

    def _feed(self, value: Any, raw: Any, kind: str, id: Any, sorts: list[str], n: int) -> None:
        """What hangs on a record, newest first; a change may be left out that a move tells already."""
        link, found = f"{kind[:-1]}_id", []
        for row in self.tables["activities"].values():
            if row.get(link) == id and row["archived_at"] is None and row["pinned_at"] is None:
                sort = "move" if row["activity_type"] == "status_change" else "activity"
                found.append((row["activity_date"], 0, row["id"], sort))
        for line in self.tables["change_log"].values():
            if (line["table_name"], line["row_id"]) == (kind, id):
                found.append((line["at"], 1, line["id"], "change"))
        for row in self.tables["tasks"].values():
            for place, at in ((2, row["completed_at"]), (3, row["created_at"])):
                if row.get(link) == id and row["archived_at"] is None and at is not None:
                    found.append((at, place, row["id"], "task"))
        pinned = [
            (row["pinned_at"], row["id"])
            for row in self.tables["activities"].values()
            if row.get(link) == id and row["archived_at"] is None and row["pinned_at"] is not None
        ]
        shown_on_top = [one.id for one in raw.pinned]
        assert shown_on_top == (
            [row_id for _, row_id in sorted(pinned, reverse=True)] if not sorts or "activity" in sorts else []
        )
        known = sorted((one for one in found if not sorts or one[3] in sorts), key=_newest)[:n]
        shown = [(one.at, one.id, str(one.sort)) for one in raw.entries]
        told = [(at, id_, sort) for at, _, id_, sort in known]
        assert [one for one in told if one in shown or one[2] != "change"] == shown

    def _moves(self, value: Any, raw: Any, id: Any) -> None:
        lines = [row for row in self.tables["deal_stage_history"].values() if row["deal_id"] == id]
        lines.sort(key=lambda row: (row["moved_at"], row["id"]))
        assert [(m.before, m.stage, m.at, m.deal_value, m.probability) for m in raw] == [
            (r["from_stage"], r["to_stage"], r["moved_at"], r["deal_value"], r["probability"]) for r in lines
        ]

    def _mentioned(self, value: Any, raw: Any, ids: list[Any]) -> None:
        called, wanted = self._names_of(), {id_ for id_ in ids if type(id_) is int}
        pairs = sorted({(m["activity_id"], m["user_id"]) for m in self.tables["mentions"].values()})
        assert raw == {
            id_: tuple(called[user] for activity, user in pairs if activity == id_)
            for id_ in {activity for activity, _ in pairs} & wanted
        }

    def _counts(self, value: Any, raw: Any, query: Any) -> None:
        assert raw == {
            preset: len(self._list("tasks", replace(query, preset=preset)))
            for preset in ("mine", "overdue", "today", "upcoming", "all")
        }

    def _layout(self, value: Any, raw: Any, kind: str, layout: Any = None, words: Any = None) -> None:
        assert raw == layout or layout is None
        mine = (self.call.user, kind)
        kept = {(r["user_id"], r["list_name"]): r["layout"] for r in self.tables["grid_layouts"].values()}
        if kind == "period":
            chosen = (kept[mine]["word"], kept[mine]["compare"]) if mine in kept else None
            assert chosen == (words or raw)
        elif layout is None:
            assert raw == Layout.read(kept.get(mine), fields_of(CLASSES[kind].table))

    # numbers

    def _deals(self, query: Any, preset: str = "") -> list[Row]:
        if query is not None:
            return self._list("deals", query)
        return [row for row in self.tables["deals"].values() if row["archived_at"] is None]

    def _money(self, query: Any, given: Row) -> str:
        asked = query.where.get("currency") if query else None
        asked = asked if isinstance(asked, str) and len(asked) == 3 else None
        return (given.get("currency") or asked or self.call.currency).upper()

    def _currency(self, value: str, raw: Any, kind: str, query: Any, given: Row) -> None:
        assert value == self._money(query, given)

    def _by_stage(self, value: Any, raw: Any, kind: str, query: Any, given: Row) -> None:
        sums = _sums([row for row in self._deals(query) if row["status"] == "open"])
        money = self._money(query, given)
        assert {(s.currency, s.count, s.value, s.weighted) for s in (raw.sum, *raw.others) if s.count} == {
            (currency, *parts) for currency, parts in sums.items()
        }
        assert raw.sum.currency == money
        assert list(raw.frame["count"]) == [
            sum(
                r["stage"] == stage and r["currency"] == money and r["status"] == "open"
                for r in self._deals(query)
            )
            for stage in OPEN
        ]

    def _board(self, value: Any, raw: Any, kind: str, query: Any, given: Row) -> None:
        rows = self._deals(query)
        if query is None:
            rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
        for column in raw:
            here = [row for row in rows if row["stage"] == column.stage]
            assert column.count == len(here)
            assert [card.id for card in column.cards] == [row["id"] for row in here[:20]]
            found = {
                s.currency: (s.count, s.value, s.weighted) for s in (column.sum, *column.others) if s.count
            }
            assert found == _sums(here)

    def _by_owner(self, value: Any, raw: Any, kind: str, query: Any, given: Row) -> None:
        money, period = self._money(query, given), given["period"]
        rows = [row for row in self._deals(query) if row["currency"] == money]
        closed = [
            row for row in rows
            if row["status"] != "open"
            and (period is None or period.first <= row["actual_close_date"] <= period.last)
        ]  # fmt: skip
        found = {line["owner_id"]: line for line in plain(raw.frame)}
        for owner in {row["assigned_to"] for row in rows}:
            won = [r for r in closed if (r["assigned_to"], r["status"]) == (owner, "won")]
            lost = [r for r in closed if (r["assigned_to"], r["status"]) == (owner, "lost")]
            mine = [r for r in rows if (r["assigned_to"], r["status"]) == (owner, "open")]
            if not (won or lost or mine):
                assert owner not in found
                continue
            line = found[owner]
            assert (line["open_count"], line["won_count"], line["lost_count"]) == (
                len(mine),
                len(won),
                len(lost),
            )
            assert line["won"] == round(float(sum((r["deal_value"] for r in won), Decimal(0))), 9)

    def _tiles(self, value: Any, raw: Any, kind: str, query: Any, given: Row) -> None:
        if given["period"] is None:
            return
        money, period = self._money(query, given), given["period"]
        won = [
            row["deal_value"] for row in self._deals(query)
            if row["status"] == "won" and row["currency"] == money
            and period.first <= row["actual_close_date"] <= period.last
        ]  # fmt: skip
        assert raw[0].value == sum(won, Decimal(0))

    def _own(self, value: Any, raw: Any, own: Own) -> None:
        charts.own(raw, self.tables, self.call.currency, own)

    def _overview(self, value: Any, raw: Any, zone: Any, rows: int) -> None:
        for figure in (*raw.figures.values(), *raw.queue.figures.values()):
            assert figure.count == figure.value == len(self._list(figure.rows.table, figure.rows.query))
        recent = self._list("activities", raw.figures["recent"].rows.query)
        assert [row["id"] for row in raw.recent.rows] == [row["id"] for row in recent[:10]]
        waits = queue(self.tables, self.call.user, self.now, zone)
        assert raw.queue.more == (len(waits) > rows)
        assert [(one.reason, one.since, one.table, one.id) for one in raw.queue.first] == [
            (REASONS[rank], since, kind, id_) for rank, since, kind, id_ in waits[:rows]
        ]

    # the rest

    def _all(self, value: Any, raw: Any) -> None:
        here = members(self.tables)
        assert {m.user_id: (m.role, m.ended_at is not None) for m in raw} == {
            id_: (member.role, member.ended) for id_, member in here.items()
        }

    def _rates(self, value: Any, raw: Any) -> None:
        held = [
            row
            for row in self.tables["exchange_rates"].values()
            if row["rate"] is not None and row["archived_at"] is None
            if row["to_currency"] == self.call.currency
        ]
        held.sort(key=lambda row: row["holds_from"], reverse=True)
        held.sort(key=lambda row: row["currency"])
        assert [(one.id, one.currency, one.holds_from, one.rate, one.at) for one in raw] == [
            (row["id"], row["currency"], row["holds_from"], row["rate"], row["updated_at"]) for row in held
        ]

    def _stages(self, value: Any, raw: Any) -> None:
        assert [(rule.stage, rule.label, rule.probability, rule.days) for rule in raw] == [
            (stage, words(stage), chance, USUAL_DAYS.get(stage, 0)) for stage, chance in CHANCES.items()
        ]

    def _own_fields(self, value: Any, raw: Any) -> None:
        assert raw == {}, "no verb of the model makes a field"

    def _profile(self, value: Any, raw: Any) -> None:
        row = self.tables["companies"][self.call.company]
        assert raw == {name: row[name] for name in raw}

    def _members(self, value: Any, raw: Any) -> None:
        assert list(raw.items()) == list(self._names_of(active=True).items())

    def _members_and_last_change(self, value: Any, raw: Any) -> None:
        names, last = raw
        self._members(names, names)
        self._last_change(last, last)

    def _records(self, value: Any, raw: Any) -> None:
        raise Wrong("NotFound")

    def _open_work(self, value: Any, raw: Any, person: int, given: Any) -> None:
        left = Writer(self.call, self.tables, self.now, {}).open_work(person)
        assert raw.counts == {kind: len(rows) for kind, rows in left.items() if rows}

    def _company_file(self, value: Any, raw: Any) -> None:
        assert {kind: value[1][kind] for kind in KINDS} == {kind: len(self.tables[kind]) for kind in KINDS}

    def _take_away(self, value: Any, raw: Any) -> None:
        for kind in KINDS:
            for away in (False, True):
                name = f"{kind}{'-archived' if away else ''}.csv"
                shown = {int(row["Id"]) for row in rows_of(unzipped(raw[1])[name])}
                assert shown == {
                    id_ for id_, row in self.tables[kind].items() if (row["archived_at"] is not None) == away
                }


def _newest(one: tuple[datetime, int, int, str]) -> tuple[float, int, int]:
    return -one[0].timestamp(), one[1], -one[2]


def _sums(rows: list[Row]) -> dict[str, tuple[int, Decimal, Decimal]]:
    parts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        part = parts[row["currency"]]
        part[0] += 1
        part[1] += cents(row["deal_value"])
        part[2] += (cents(row["deal_value"]) * row["probability"] + 50) // 100
    return {code: (n, Decimal(v).scaleb(-2), Decimal(w).scaleb(-2)) for code, (n, v, w) in parts.items()}


def _linked(kind: str, values: Row, own: int | None, other: str, row: Row) -> bool:
    """Whether a lead names the customer that is asked about: the two are then known to belong together."""
    return other == "leads" and kind == "customers" and own is not None and row["customer_id"] == own
