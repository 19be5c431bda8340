"""What can lead out of a company is done by those listed alone, and each of them still does it."""

import pytest

from tests.walls.calls import CALLS, PRODUCT, ROOT, Rule, uses

FILES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for folder in PRODUCT
    for path in sorted((ROOT / folder).rglob("*.py"))
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CALLS))
def test_only_in_its_rooms(name: str) -> None:
    rule, wrong, used = CALLS[name], [], set()
    for file, source in FILES.items():
        for line in uses(source, rule):
            room = rule.room(file)
            used.add(room)
            if room is None:
                wrong.append(f"{file}:{line}")
    assert not wrong, f"{name} in {', '.join(wrong)}. {rule.danger}"
    assert set(rule.rooms) - used == set(), f"listed for {name}, and do not use it any more"


def test_every_room_says_what_for() -> None:
    assert [(name, room) for name, rule in CALLS.items() for room, why in rule.rooms.items() if not why] == []


MADE_UP = """
import sqlalchemy as sa
import sqlite3
import streamlit as st
from sqlalchemy import text

def leak(store, records, row):
    with store.system("to look") as session, store.engines.read.connect() as connection:
        connection.exec_driver_sql("SELECT set_config('app.system', 'on', true)")
        beyond_company(session.core())
        session.execute(sa.insert(Customer.__table__))
        session.add(ChangeLog(before={"version": row.version + 1}))
    Session(store.engine).begin()
    owned(connection)
    begin_for(connection, CompanyScope(7, None, "admin").company_id)
    sqlite3.connect(records._store.url)
    st.markdown(row["name"], unsafe_allow_html=True)
    st.html("<b>")
"""


@pytest.mark.parametrize("name", sorted(CALLS))
def test_each_is_seen_in_a_made_up_source(name: str) -> None:
    assert list(uses(MADE_UP, CALLS[name])), name
    assert not list(uses("def add(self):\n    return self._store.read(self._scope)\n", CALLS[name]))


def test_a_room_is_a_file_or_a_folder() -> None:
    rule = Rule("", lambda node: True, {"crm_data/demo/": "x", "crm_data/health.py": "x"})
    assert rule.room("crm_data/demo/year.py") == "crm_data/demo/"
    assert rule.room("crm_data/health.py") == "crm_data/health.py"
    assert rule.room("crm_data/health.pyx") is None
    assert rule.room("dashboard/crm_data/health.py") is None
