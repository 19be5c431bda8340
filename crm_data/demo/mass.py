"""The rows of a year, table by table: each function yields them in order of time, companies mixed."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from crm_data.demo.calendar import Calendar
from crm_data.demo.crowd import Crowd
from crm_data.demo.journey import journey
from crm_data.demo.ledger import Row
from crm_data.demo.trades import COFFEE, INSTRUMENTS
from crm_data.demo.words import (
    AMERICA,
    FIRST_NAMES,
    LAST_NAMES,
    PLACE_WORDS,
    SOURCES,
    TALKS,
    TASKS,
)
from crm_data.nouns.stages import LOSS_REASONS, PROBABILITY, STATUS
from crm_data.tables.deal import DealStatus, Stage

KINDS = COFFEE.kinds + INSTRUMENTS.kinds
PRODUCTS = COFFEE.products + INSTRUMENTS.products
PRIORITIES = ("low", "medium", "medium", "high")


def customers(crowd: Crowd) -> Iterator[Row]:
    """Two of five are firms. Every company has one when the year begins, so that a deal has a customer."""
    random, first = crowd.random, iter(crowd.companies)
    for id_, drawn in crowd.times("customers"):
        company = next(first, 0)
        company, at = (company, crowd.since) if company else (crowd.company(), drawn)
        row = crowd.base("customers", id_, company, at)
        firm = random.random() < 0.4
        ending, industry = random.choice(KINDS)
        person = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
        name = f"{random.choice(PLACE_WORDS)} {ending}" if firm else person
        city, state, country, code, dial = random.choice(AMERICA)
        yield row | {
            "name": name,
            "customer_code": f"C-{id_:07d}",
            "email": f"contact{id_}@customer.example",
            "phone": f"{dial}{id_ % 100:02d}",
            "address": f"{id_ % 240 + 1} {random.choice(PLACE_WORDS)} Road",
            "city": city,
            "state": state,
            "country": country,
            "zip_code": f"{code}{id_ % 100:02d}",
            "customer_type": "business" if firm else "individual",
            "industry": industry if firm else None,
            "company_name": name if firm else None,
            "website": f"https://customer{id_}.example" if firm else None,
            "status": random.choices(("active", "inactive", "prospect", "lost"), (60, 15, 18, 7))[0],
            "source": random.choice(SOURCES),
            "priority": random.choice(PRIORITIES),
            "credit_limit": Decimal(random.randrange(0, 2_500_000)) / 100,
            "notes": crowd.text(),
            "tags": ["key account"] if random.random() < 0.1 else None,
            "assigned_to": crowd.member(company),
        }


def leads(crowd: Crowd) -> Iterator[Row]:
    """The qualified ones wait for a deal that they may have become."""
    random = crowd.random
    for id_, at in crowd.times("leads"):
        company = crowd.company()
        row = crowd.base("leads", id_, company, at)
        status = random.choices(("new", "contacted", "qualified", "lost"), (25, 25, 30, 20))[0]
        changed = at if status == "new" else min(at + timedelta(days=random.randint(1, 30)), crowd.until)
        row |= {
            "lead_name": f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}",
            "email": f"lead{id_}@lead.example",
            "phone": f"+1 503 555 01{id_ % 100:02d}",
            "customer_id": crowd.maybe("customers", company, at, 0.3),
            "source": random.choice(SOURCES),
            "status": status,
            "priority": random.choice(PRIORITIES),
            "estimated_value": Decimal(random.randrange(10_000, 5_000_000)) / 100,
            "notes": crowd.text(),
            "assigned_to": crowd.member(company),
            "updated_at": changed,
        }
        if status == "qualified":
            crowd.qualified.setdefault(company, deque()).append((at, id_))
        yield row


def deals(crowd: Crowd) -> Iterator[Row]:
    """Each with the way it has gone, which is noted in `crowd.history`; three of five come from a lead."""
    random = crowd.random
    calendar = Calendar(crowd.today, 9, random)
    for id_, at in crowd.times("deals"):
        company = crowd.company()
        customer = crowd.maybe("customers", company, at, 1.0)
        row = crowd.base("deals", id_, company, at)
        stalls = random.random() < 0.06
        moves = journey(calendar, at, not stalls and random.random() < 0.42, 1.0, stalls)
        stage, last = moves[-1].stage, moves[-1].at
        owner, (product, low, high) = crowd.member(company), random.choice(PRODUCTS)
        value = Decimal(random.randint(low, high))
        for move in moves:
            crowd.history.append(
                {
                    "id": next(crowd.history_ids),
                    "company_id": company,
                    "deal_id": id_,
                    "from_stage": move.before.value if move.before else None,
                    "to_stage": move.stage.value,
                    "moved_by": owner,
                    "moved_at": move.at,
                    "deal_value": value,
                    "probability": PROBABILITY[move.stage],
                }
            )
        yield row | {
            "customer_id": customer,
            "lead_id": _lead(crowd, company, row | {"customer_id": customer}),
            "deal_name": f"{random.choice(PLACE_WORDS)}: {product}",
            "deal_value": value,
            "stage": stage.value,
            "status": STATUS.get(stage, DealStatus.OPEN).value,
            "probability": PROBABILITY[stage],
            "expected_close_date": last.date() + timedelta(days=random.randint(-10, 90)),
            "actual_close_date": last.date() if stage in STATUS else None,
            "loss_reason": random.choice(LOSS_REASONS[:5]) if stage is Stage.CLOSED_LOST else None,
            "notes": crowd.text(),
            "assigned_to": owner,
            "stage_since": last,
            "updated_at": last,
        }


def _lead(crowd: Crowd, company: int, deal: Row) -> int | None:
    """The oldest qualified lead of the company, three times of five; it is converted by the deal."""
    waiting = crowd.qualified.get(company)
    at: datetime = deal["created_at"]
    if not waiting or waiting[0][0] >= at or crowd.random.random() > 0.6:
        return None
    lead = {"id": waiting.popleft()[1], "customer_id": deal["customer_id"]}
    crowd.converted.append(lead | {"converted_deal_id": deal["id"], "converted_at": at})
    return int(lead["id"])


def tasks(crowd: Crowd) -> Iterator[Row]:
    """Most of what was due is done."""
    random, kinds = crowd.random, tuple(TASKS)
    for id_, at in crowd.times("tasks"):
        company = crowd.company()
        row = crowd.base("tasks", id_, company, at)
        due = at + timedelta(minutes=random.randint(60, 54_000))
        past = due < crowd.until
        weights = (10, 5, 80, 5) if past else (75, 20, 3, 2)
        status = random.choices(("pending", "in_progress", "completed", "cancelled"), weights)[0]
        done = min(due, crowd.until) if status == "completed" else None
        kind = random.choice(kinds)
        yield row | {
            "title": random.choice(TASKS[kind]).format(what=random.choice(PLACE_WORDS)),
            "description": crowd.text(),
            "task_type": kind,
            "priority": random.choices(("low", "medium", "high", "urgent"), (20, 50, 22, 8))[0],
            "status": status,
            "due_date": due,
            "completed_at": done,
            "updated_at": done or at,
            "customer_id": crowd.maybe("customers", company, at, 0.7),
            "lead_id": crowd.maybe("leads", company, at, 0.2),
            "deal_id": crowd.maybe("deals", company, at, 0.2),
            "assigned_to": crowd.member(company),
        }


def activities(crowd: Crowd) -> Iterator[Row]:
    """Nine of ten are about a customer."""
    random = crowd.random
    talks = [(kind, *talk) for kind, all_ in TALKS.items() for talk in all_]
    talks += [("status_change", "Status: New to Contacted", "", None)] * 2
    for id_, at in crowd.times("activities"):
        company = crowd.company()
        row = crowd.base("activities", id_, company, at)
        kind, title, _, outcome = random.choice(talks)
        yield row | {
            "activity_type": kind,
            "title": title.format(what=random.choice(PLACE_WORDS)),
            "description": None if kind == "status_change" else crowd.text(),
            "duration": random.randint(3, 90) if kind in ("call", "meeting") else None,
            "outcome": outcome,
            "customer_id": crowd.maybe("customers", company, at, 0.9),
            "lead_id": crowd.maybe("leads", company, at, 0.2),
            "deal_id": crowd.maybe("deals", company, at, 0.2),
            "task_id": crowd.maybe("tasks", company, at, 0.2),
            "user_id": row["created_by"],
            "activity_date": at,
        }
