"""What the log held before there were change sets gets them: one an act, of its own company's lines alone."""

import json

import pytest

from crm_data.store import migrating
from crm_data.store.chain_look import verify
from crm_data.store.store import Store
from tests.support.databases import Database
from tests.support.plain import plain

LINE = "INSERT INTO change_log (company_id, act_id, user_id, action, table_name, row_id) VALUES (?, ?, ?, ?, ?, ?)"


@pytest.mark.slow
def test_each_act_of_the_log_is_one_change_set(database: Database) -> None:
    migrating.downgrade(database.admin_url, "018")
    with plain(database, owner=True) as sql:
        if sql.kind == "postgresql":
            sql.run("SELECT set_config('app.system', 'on', false)")
        for company in (1, 2):
            sql.run("INSERT INTO companies (name, email) VALUES ('A', ?)", f"a{company}@example.com")
        ids = [id_ for (id_,) in sql.run("SELECT id FROM companies ORDER BY id")]
        for (
            company
        ) in ids:  # the same name of an act, which chance does not give twice, is another company's act
            sql.run(LINE, company, "convert", 7, "add", "customers", 1)
            sql.run(LINE, company, "convert", 7, "add", "deals", 1)
        sql.run(LINE, ids[0], "archived", None, "archive", "deals", 1)
        sql.run(LINE, ids[0], "convert", 7, "change", "leads", 4)
    migrating.upgrade(database.admin_url)
    store = Store(database.admin_url)
    for company, lines in zip(ids, (4, 2), strict=True):  # and they are chained as they stand
        with store.system("a test looks", write=False) as session:
            seen = verify(session.connection(), company)
        assert (seen.wrong, seen.lines) == ((), lines)
    store.close()
    with plain(database, owner=True) as sql:
        if sql.kind == "postgresql":
            sql.run("SELECT set_config('app.system', 'on', false)")
        found = sql.run(
            "SELECT company_id, act_id, actor, user_id, kind, title, counts FROM change_sets ORDER BY id"
        )
        kept = [(*row[:6], json.loads(row[6]) if isinstance(row[6], str) else row[6]) for row in found]
        both = ("convert", "person", 7, "add", "Added 1 of customers")
        assert kept == [
            (ids[0], *both, {"customers": 1, "deals": 1, "leads": 1}),
            (ids[1], *both, {"customers": 1, "deals": 1}),
            (ids[0], "archived", "system", None, "archive", "Archived 1 of deals", {"deals": 1}),
        ]
