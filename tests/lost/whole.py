"""What may never be found in a database, however a process ended: half of an act."""

import hashlib
import json
from collections import Counter, defaultdict
from typing import Any

from crm_data.transfer.moved_rows import company_tables
from tests.support.plain import Plain

_COMPARED = {
    "customers": ("name", "city", "notes"),
    "leads": ("lead_name", "status", "customer_id", "converted_deal_id"),
    "deals": ("deal_name", "stage", "status", "loss_reason", "customer_id", "lead_id"),
}


def halves(sql: Plain) -> list[str]:
    """Every half act, in words: rows, history, timeline and log tell one story, or each difference is named."""
    log: dict[tuple[str, int], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for table, row_id, action, after in sql.run(
        "SELECT table_name, row_id, action, after FROM change_log ORDER BY id"
    ):
        log[table, row_id].append((action, (json.loads(after) if isinstance(after, str) else after) or {}))
    found = []
    for table, names in _COMPARED.items():
        rows = sql.run(f"SELECT id, version, {', '.join(names)} FROM {table}")
        found += [
            f"{table} {row_id}: in the log alone"
            for name, row_id in log
            if name == table and row_id not in {row[0] for row in rows}
        ]
        for id_, version, *values in rows:
            told = log.get((table, id_), [])
            if [action for action, _ in told] != ["add"] + ["change"] * (version - 1):
                found.append(f"{table} {id_}: version {version}, and the log says {[act for act, _ in told]}")
            last = {name: value for _, after in told for name, value in after.items()}
            found += [
                f"{table} {id_}: {name} is {value!r}, not {last[name]!r} as logged"
                for name, value in zip(names, values, strict=True)
                if name in last and last[name] != value
            ]
    return found + _moves(sql, log)


def _moves(sql: Plain, log: dict[tuple[str, int], list[tuple[str, dict[str, Any]]]]) -> list[str]:
    """A move is four rows: the deal, its history, the timeline and the log."""
    found = []
    stages = defaultdict(list)
    for deal, stage in sql.run("SELECT deal_id, to_stage FROM deal_stage_history ORDER BY id"):
        stages[deal].append(stage)
    lines = Counter(
        deal
        for (deal,) in sql.run(
            "SELECT deal_id FROM activities WHERE activity_type = 'status_change' AND title LIKE 'Stage%'"
        )
    )
    for deal, stage, lead in sql.run("SELECT id, stage, lead_id FROM deals"):
        told = [after["stage"] for _, after in log[("deals", deal)] if "stage" in after]
        if not stages[deal] or stages[deal][-1] != stage:
            found.append(f"deals {deal}: in {stage}, and its history ends with {stages[deal][-1:]}")
        moves = told if len(told) == len(stages[deal]) else ["prospect", *told]
        if stages[deal] != moves or lines[deal] != len(moves) - 1:
            found.append(f"deals {deal}: moves {stages[deal]}, log {told}, timeline {lines[deal]}")
        converted = sql.run("SELECT id FROM leads WHERE converted_deal_id = ?", deal)
        if converted != ([] if lead is None else [(lead,)]):
            found.append(f"deals {deal}: half converted from {lead}")
    return found


def digest(sql: Plain) -> str:
    """One number for all rows of all companies."""
    seen = hashlib.sha256()
    for table in company_tables():
        for row in sql.run(f"SELECT * FROM {table.name} ORDER BY id"):
            seen.update(repr(row).encode())
    return seen.hexdigest()
