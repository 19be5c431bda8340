"""Calls of what one noun alone can do: leads, deals, tasks, activities, goals, and what is alike."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm_data import Wanted, clock
from crm_data.nouns.goals import months_from
from tests.model.calls.given import query, raw, values
from tests.model.calls.scene import ZONES, Call, Scene
from tests.model.values import Said
from tests.support.kinds import TITLES


def _lookalikes(here: Scene) -> Call:
    """What is typed is what some record holds, here or in another company, or a little of two of them."""
    kind = here.dice.choice(("customers", "leads"))
    names = {"title": TITLES[kind], "email": "email", "phone": "phone"}
    rows = [
        *((kind, row) for row in here.own[kind].values()),
        *(
            (other, r)
            for t in here.dump.values()
            for other in ("customers", "leads")
            for r in t[other].values()
        ),
    ]
    of, row = here.dice.choice(rows)
    sought = {}
    for name in here.dice.sample(list(names), 2):
        value = row[TITLES[of] if name == "title" else name]
        sought[names[name]] = value.upper() if value and here.dice.random() < 0.3 else value
    id_ = row["id"] if of == kind and here.dice.random() < 0.3 else None
    said_ = {"kind": kind, "values": sought, "own": id_}
    return Call("", lambda my: my.alike.lookalikes(kind, sought, id_), said_)


def _lookalikes_of(here: Scene) -> Call:
    """Several at once, each as one alone."""
    kind = here.dice.choice(("customers", "leads"))
    rows = list(here.own[kind].values())[:3]
    wanted = [({"email": row["email"], TITLES[kind]: row[TITLES[kind]]}, row["id"]) for row in rows]
    said_ = {"kind": kind, "wanted": wanted}
    return Call("", lambda my: my.alike.lookalikes_of(kind, wanted), said_)


def _convert(here: Scene) -> Call:
    open_ = [id_ for id_, row in here.own["leads"].items() if not row["converted_at"]]
    id_ = here.dice.choice(open_) if open_ and here.dice.random() < 0.7 else here.id("leads")
    customer: Any = None
    said_customer: Any = None
    chance = here.dice.random()
    if chance < 0.35:
        customer = said_customer = here.id("customers")
    elif chance < 0.6:
        said_customer = values(here, "customers", few=True, wrong=0.02)
        customer = raw(said_customer)
    deal = values(here, "deals", few=True, wrong=0.02) if here.dice.random() < 0.5 else {}
    if here.dice.random() < 0.7:
        deal["deal_value"] = Said("99.90", Decimal("99.90"))
    deal.pop("lead_id", None)
    deal.pop("customer_id", None)
    act = here.act("deals")
    return Call(
        "",
        lambda my: my.leads.convert(id_, customer, raw(deal), act, second=True),
        {"id": id_, "customer": said_customer, "deal": deal, "act": act},
        writes=True,
    )


def _move(here: Scene) -> Call:
    id_ = here.id("deals")
    stage = here.dice.choice(
        ["prospect", "qualified", "proposal", "negotiation", "closed_won", "closed_lost", "won"]
    )
    row = here.own["deals"].get(id_) if isinstance(id_, int) else None
    seen = row["stage"] if row and here.dice.random() < 0.95 else "prospect"
    value: str | None = None
    day: Any = None
    reason = f"Price {here.canary}" if stage == "closed_lost" else None
    if here.dice.random() < 0.3:
        value = here.dice.choice([None, "12.34", "0", "-1"])
        day = here.dice.choice([None, here.moment.date(), "2026-02-30"])
        reason = here.dice.choice([None, f"Price {here.canary}", "Other"])
    act = here.act("deals")
    said_ = {
        "id": id_,
        "stage": stage,
        "seen": seen,
        "value": value,
        "day": day,
        "reason": reason,
        "act": act,
    }
    return Call("", lambda my: my.deals.move(id_, stage, seen, value, day, reason, act), said_, writes=True)


def _moves(here: Scene) -> Call:
    id_ = here.id("deals")
    return Call("", lambda my: my.deals.moves(id_), {"id": id_})


def _pushes(here: Scene) -> Call:
    ids = [here.id("deals") for _ in range(here.dice.choice([0, 1, 5]))]
    return Call("", lambda my: my.deals.pushes(ids), {"ids": ids})


def _reviewed(here: Scene) -> Call:
    id_ = here.id("deals")
    return Call("", lambda my: my.deals.reviewed(id_), {"id": id_})


def _task(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        id_, act = here.id("tasks"), here.act("tasks")
        said_ = {"id": id_}
        return Call("", lambda my: getattr(my.tasks, verb)(id_, act), said_, writes=True)

    return made


def _reschedule(here: Scene) -> Call:
    id_, day = here.id("tasks"), here.moment.date() + timedelta(days=here.dice.randint(-3, 30))
    due = here.dice.choice([day, None, here.moment + timedelta(hours=5), "2026-02-30", "soon"])
    zone = here.dice.choice(ZONES)
    said_ = {"id": id_, "due": due, "zone": zone}
    return Call("", lambda my: my.tasks.reschedule(id_, due, zone=zone), said_, writes=True)


def _counts(here: Scene) -> Call:
    wanted = query(here, "tasks", presets=False)
    return Call("", lambda my: my.tasks.counts(wanted), {"query": wanted})


def _log(here: Scene) -> Call:
    new = values(here, "activities", few=False, wrong=0.02)
    for name in ("activity_type", "title", "source"):
        new.pop(name, None)
    word = here.dice.choice(["call", "email", "meeting", "note", "Call", "status_change", "dance"])
    title = here.dice.choice(["", f"{here.canary} talked", "x" * 300])
    given = {("at" if name == "activity_date" else name): value.raw for name, value in new.items()}
    said_ = {"values": new, "word": word, "title": title}
    return Call("", lambda my: my.activities.log(word, title, **given), said_, writes=True)


def _pin(here: Scene) -> Call:
    id_, pinned = here.id("activities"), here.dice.random() < 0.7
    said_ = {"id": id_, "pinned": pinned}
    return Call("", lambda my: my.activities.pin(id_, pinned), said_, writes=True)


def _mentioned(here: Scene) -> Call:
    ids = [here.id("activities") for _ in range(here.dice.choice([0, 1, 5]))]
    return Call("", lambda my: my.activities.mentioned(ids), {"ids": ids})


def _goals(here: Scene) -> Call:
    """Goals of a few people, as they are seen or as they were not; of a stranger at times."""
    cells, currency = [], here.dice.choice(["", "", "EUR", "XXX"])
    for _ in range(here.dice.choice([1, 1, 2, 5])):
        first, months = date(2026, here.dice.choice([1, 4, 10]), 1), here.dice.choice([1, 1, 3, 12, 2])
        user, typed = here.person(), here.dice.choice(["1200", "99.99", "0.01", "0", "", "x", "7,000.55"])
        of_user = [
            Decimal(row["amount"])
            for row in here.own["goals"].values()
            if row["user_id"] == user
            and row["currency"] == (currency or here.own["companies"][here.company]["currency"])
            and row["amount"] is not None
            and row["month"] in months_from(first, months)
        ]
        seen = sum(of_user, Decimal(0)) if of_user else None
        cells.append(Wanted(user, first, months, seen if here.dice.random() < 0.9 else "5", typed))
    act = here.act("goals")
    return Call("", lambda my: my.goals.set(cells, currency, act), {"cells": cells}, writes=True)


def _give(here: Scene) -> Call:
    """A number of this month or another, one's own or over that of somebody, seen as it is or as it was not."""
    first = clock.now().date().replace(day=1)
    month, over = here.dice.choice([first, first, date(2020, 1, 1)]), here.dice.choice([None, here.person()])
    typed, user = here.dice.choice(["1200", "0", "", "x", "7,000.55"]), over or here.user
    given = [
        id_
        for id_, row in here.own["submissions"].items()
        if (row["user_id"], row["month"], row["by_manager"]) == (user, month, over is not None)
    ]
    seen, act = max(given, default=None) if here.dice.random() < 0.9 else 5, here.act("submissions")
    return Call(
        "",
        lambda my: my.submissions.give(month, typed, "sure", over, seen, act_id=act),
        {"month": month},
        writes=True,
    )


def _given(here: Scene) -> Call:
    month, money = clock.now().date().replace(day=1), here.dice.choice(["USD", "EUR"])
    return Call("", lambda my: my.submissions.of_month(month, money), {"month": month})


def _goal_year(here: Scene) -> Call:
    first, money = date(2026, here.dice.choice([1, 4]), 1), here.dice.choice(["USD", "EUR"])
    return Call("", lambda my: my.goals.year(first, money), {"first": first})


def _rate(here: Scene) -> Call:
    """A rate of a currency from a day on, as it is seen or as it was not."""
    currency, day = (
        here.dice.choice(["EUR", "CHF", "USD", "XXX"]),
        here.dice.choice(["2026-01-01", "2026-02-01"]),
    )
    typed = here.dice.choice(["1.0825", "0.0000393", "7", "0", "", "x", "1,250"])
    held = [
        row["rate"]
        for row in here.own["exchange_rates"].values()
        if (row["currency"], str(row["holds_from"])) == (currency, day)
    ]
    seen, act = held[-1] if held and here.dice.random() < 0.9 else None, here.act("exchange_rates")
    said = {"currency": currency, "day": day, "rate": typed}
    return Call(
        "", lambda my: my.exchange_rates.set(currency, day, typed, seen, act_id=act), said, writes=True
    )


def _unrated(here: Scene) -> Call:
    """One rate or two taken away, or one of nobody here."""
    there = [id_ for tables in here.dump.values() for id_ in tables["exchange_rates"]]
    own = list(here.own["exchange_rates"])
    ids = [here.dice.choice([*own * 5, *there, -1, "x"]) for _ in range(here.dice.choice([0, 1, 2]))]
    return Call("", lambda my: my.exchange_rates.remove(ids), {"ids": ids}, writes=True)


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Leads.convert": _convert,
    "Deals.move": _move,
    "Activities.mentioned": _mentioned,
    "Activities.pin": _pin,
    "Deals.moves": _moves,
    "Deals.pushes": _pushes,
    "Deals.reviewed": _reviewed,
    "Tasks.complete": _task("complete"),
    "Tasks.reopen": _task("reopen"),
    "Tasks.reschedule": _reschedule,
    "Tasks.counts": _counts,
    "Activities.log": _log,
    "ExchangeRates.all": lambda here: Call("", lambda my: my.exchange_rates.all(), {}),
    "ExchangeRates.remove": _unrated,
    "ExchangeRates.set": _rate,
    "Goals.set": _goals,
    "Goals.year": _goal_year,
    "Submissions.give": _give,
    "Submissions.of_month": _given,
    "Alike.lookalikes": _lookalikes,
    "Alike.lookalikes_of": _lookalikes_of,
}
