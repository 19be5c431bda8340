"""The search over every kind of record, against the customers page's data call."""

from bench import databases
from bench.databases import COMPANY
from bench.plain import asking
from bench.reading import many, workspace
from bench.rounds import Times, interleave
from bench.section import Line, Section

CALLS = 5
TARGET = 1.5
HALF = "a company with half of all rows"
SAID = {
    "name": "the name of a customer",
    "slip": "the same with a slip",
    "number": "six digits of a phone number",
    "code": "a customer's code",
    "begun": "three letters of a name",
    "words": "three words of a note",
    "nothing": "what is nowhere",
}


def section(even: str, big: str, rounds: int, on: str = "SQLite") -> Section:
    """Measure for one of many companies alike, and for one that has half of everything."""
    here, there = _measured(even, rounds), _measured(big, rounds)
    lines = []
    for name, words in SAID.items():
        lines.append(Line(words, "the customers page's data call", here.ratio(name, "page")))
        lines.append(Line(f"{words}, {HALF}", "the same there", there.ratio(name, "page"), TARGET))
    return Section(
        f"The search, {on}",
        "`Workspace.find(text)`: the best of every kind and what matched in each, within the walls.",
        lines,
    )


def _measured(url: str, rounds: int) -> Times:
    store, my = workspace(url, databases.manager(url).email)
    with asking(url, COMPANY) as ask:
        found = (
            "SELECT name, phone, customer_code FROM customers WHERE company_id = ? AND archived_at IS NULL"
        )
        name, phone, code = ask(f"{found} AND length(name) > 9 ORDER BY id LIMIT 1", COMPANY)[0]
    said = {
        "name": name,
        "slip": f"{name[:-3]}{name[-2]}{name[-3]}{name[-1]}",
        "number": "".join(filter(str.isdigit, phone))[-6:],
        "code": code,
        "begun": name[:3],
        "words": "lower price longer",
        "nothing": "qqqqqqq",
    }
    calls = {what: many(lambda text=text: my.find(text), CALLS) for what, text in said.items()}  # type: ignore[misc]
    try:
        return interleave({"page": many(my.customers.page, CALLS), **calls}, rounds)
    finally:
        store.close()
