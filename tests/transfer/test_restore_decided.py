"""What was decided about security after a backup stays when it is restored, and nothing else comes of it."""

import pytest
import sqlalchemy as sa

from crm_data.errors import NotReady
from crm_data.store import sqlite_file
from crm_data.transfer import decided, restore_sqlite
from crm_data.transfer.company_file import NO_PASSWORD
from crm_data.transfer.decided import DECISIONS, UNREAD
from tests.support.databases import fresh
from tests.transfer.office import OPERATOR, Office, open_office

pytestmark = pytest.mark.slow

# Two operators and admins, a member of each kind, two companies.
_PEOPLE = (
    "INSERT INTO users (email, password_hash, first_name, last_name, role, is_verified)"
    " VALUES ('bea@acme.com', 'b', 'Bea', 'Orr', 'super_admin', TRUE)",
    "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('cy@acme.com', 'c', 'Cy', 'Orr')",
    "INSERT INTO companies (name, email) VALUES ('Other', 'o@other.com')",
    "UPDATE users SET role = 'super_admin', is_verified = TRUE WHERE id = 1",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (2, 1, 'admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (2, 2, 'admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 1, 'manager')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 2, 'user')",
)
_LATER = "2030-01-01 00:00:00"
# Each decision: how it is taken of Cy or Bea, and what stands then and stays.
TAKEN = {
    "shut_out": (
        "UPDATE users SET is_active = FALSE, shut_out = TRUE WHERE id = 3",
        "SELECT is_active, shut_out FROM users WHERE id = 3",
        (False, True),
    ),
    "closed": (
        "UPDATE users SET is_active = FALSE WHERE id = 3",
        "SELECT is_active, shut_out FROM users WHERE id = 3",
        (False, False),
    ),
    "operators": (
        "UPDATE users SET role = 'user' WHERE id = 2",
        "SELECT role FROM users WHERE id = 2",
        ("user",),
    ),
    "passwords": (
        "UPDATE users SET password_hash = 'new', is_verified = TRUE WHERE id = 3",
        "SELECT password_hash, is_verified FROM users WHERE id = 3",
        ("new", True),
    ),
    "ended": (
        f"UPDATE user_companies SET ended_at = '{_LATER}' WHERE user_id = 3 AND company_id = 1",
        "SELECT count(*) FROM user_companies WHERE user_id = 3 AND company_id = 1"
        f" AND ended_at = '{_LATER}' AND role = 'manager'",
        (1,),
    ),
    "lowered": (
        "UPDATE user_companies SET role = 'user' WHERE user_id = 3 AND company_id = 1",
        "SELECT role FROM user_companies WHERE user_id = 3 AND company_id = 1",
        ("user",),
    ),
    "limited": (
        "UPDATE user_companies SET permissions = '{\"a\": 1}' WHERE user_id = 3 AND company_id = 1",
        "SELECT count(*) FROM user_companies WHERE permissions IS NOT NULL AND user_id = 3 AND company_id = 1",
        (1,),
    ),
    "suspended": (
        "UPDATE companies SET status = 'suspended' WHERE id = 2",
        "SELECT status FROM companies WHERE id = 2",
        ("suspended",),
    ),
}
# What was given since, of which nothing comes back.
GIVEN = (
    "UPDATE users SET is_active = TRUE, shut_out = FALSE WHERE id = 3",
    "UPDATE users SET role = 'super_admin' WHERE id = 3",
    "UPDATE user_companies SET ended_at = NULL, role = 'admin' WHERE user_id = 3",
    "UPDATE user_companies SET permissions = NULL WHERE user_id = 3",
    "UPDATE companies SET status = 'active' WHERE id = 2",
    "INSERT INTO users (email, password_hash, first_name, last_name, role)"
    " VALUES ('new@acme.com', 'n', 'New', 'One', 'super_admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (4, 1, 'admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (1, 2, 'admin')",
)
_STANDS = (
    "SELECT id, email, role, password_hash, is_active, is_verified, shut_out FROM users ORDER BY id",
    "SELECT user_id, company_id, role, ended_at, CAST(permissions AS text), version"
    " FROM user_companies ORDER BY id",
    "SELECT id, status FROM companies ORDER BY id",
)


@pytest.fixture
def staffed(either: Office) -> Office:
    for statement in _PEOPLE:
        either.sql(statement)
    return either


def stands(office: Office) -> list[list[tuple[object, ...]]]:
    """Everything that says who may do what."""
    return [office.sql(statement) for statement in _STANDS]


def said(office: Office) -> list[str]:
    """What the security log says that was kept, restore by restore."""
    detail = "json_extract(detail, '$.kept')" if office.kind == "sqlite" else "detail->>'kept'"
    found = office.sql(f"SELECT {detail} FROM security_log WHERE event = 'security_kept' ORDER BY id")
    return [str(words) for (words,) in found]


def test_every_kind_is_tried() -> None:
    assert set(TAKEN) == set(DECISIONS)


@pytest.mark.parametrize("kind", TAKEN)
def test_it_stays(staffed: Office, kind: str) -> None:
    then = stands(staffed)
    name = staffed.backups.make(None).name
    decide, ask, wanted = TAKEN[kind]
    staffed.sql(decide)
    staffed.add_customers(2)
    done = staffed.backups.restore(name, OPERATOR)
    assert staffed.customers() == 10
    assert staffed.sql(ask) == [wanted]
    words = f"What was decided about security since stays: 1 {DECISIONS[kind][0]}."
    assert (done.kept, said(staffed)) == (words, [words])
    assert words in done.sentence()
    assert sum(old != new for old, new in zip(then, stands(staffed), strict=True)) == 1, "and no more"


def test_all_at_once_and_again_each_in_the_history_of_its_company(staffed: Office) -> None:
    name = staffed.backups.make(None).name
    for kind, (decide, _, _) in TAKEN.items():
        if kind != "closed":
            staffed.sql(decide)
    done = staffed.backups.restore(name, OPERATOR)
    for kind, (_, ask, wanted) in TAKEN.items():
        if kind not in ("closed", "ended", "lowered"):
            assert staffed.sql(ask) == [wanted], kind
    assert done.kept.count("1 ") == len(TAKEN) - 1
    acts = "SELECT company_id, actor, kind, number FROM change_sets ORDER BY company_id"
    assert staffed.sql(acts) == [(1, "system", "member", 1), (2, "system", "member", 1)]
    assert staffed.sql("SELECT company_id, count(*) FROM change_log GROUP BY company_id ORDER BY 1") == [
        (1, 1),
        (2, 1),
    ]
    stood = stands(staffed)
    again = staffed.backups.restore(name, OPERATOR)
    assert (again.kept, stands(staffed)) == (done.kept, stood), "restored twice"
    assert staffed.backups.restore(again.safety, OPERATOR).kept == "", "there it is decided already"
    assert stands(staffed) == stood


def test_nothing_that_was_given_comes(staffed: Office) -> None:
    for statement in (
        "UPDATE users SET is_active = FALSE, shut_out = TRUE WHERE id = 3",
        f"UPDATE user_companies SET ended_at = '{_LATER}', permissions = '{{}}' WHERE user_id = 3",
        "UPDATE companies SET status = 'inactive' WHERE id = 2",
    ):
        staffed.sql(statement)
    then = stands(staffed)
    name = staffed.backups.make(None).name
    for statement in GIVEN:
        staffed.sql(statement)
    done = staffed.backups.restore(name, OPERATOR)
    assert stands(staffed) == then
    assert (done.kept, said(staffed)) == ("", [])


def test_who_works_nowhere_any_more_cannot_sign_in(staffed: Office) -> None:
    staffed.sql("DELETE FROM user_companies WHERE user_id = 3 AND company_id = 2")
    name = staffed.backups.make(None).name
    staffed.sql(TAKEN["ended"][0])
    staffed.sql("INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 2, 'user')")
    done = staffed.backups.restore(name, OPERATOR)
    assert "1 account closed" in done.kept
    assert "1 membership ended" in done.kept
    assert staffed.sql("SELECT is_active FROM users WHERE id = 3") == [(False,)]


def test_who_runs_it_now_goes_on_where_nobody_else_would(staffed: Office) -> None:
    staffed.sql("UPDATE users SET role = 'user' WHERE id = 2")
    name = staffed.backups.make(None).name
    staffed.sql("UPDATE users SET role = 'super_admin' WHERE id = 2")
    staffed.sql("UPDATE users SET role = 'user' WHERE id = 1")
    done = staffed.backups.restore(name, OPERATOR)
    assert "Who runs this installation now goes on (1)" in done.kept
    assert staffed.sql("SELECT id, role FROM users WHERE role = 'super_admin'") == [(2, "super_admin")]


def test_a_restore_that_leaves_nobody_to_run_it_is_refused(staffed: Office) -> None:
    name = staffed.backups.make(None).name
    staffed.sql(GIVEN[5])
    staffed.sql("UPDATE users SET role = 'user' WHERE id IN (1, 2)")
    staffed.add_customers(1)
    then = stands(staffed)
    with pytest.raises(NotReady, match="Make somebody whom it knows an operator"):
        staffed.backups.restore(name, OPERATOR)
    assert stands(staffed) == then
    assert staffed.customers() == 11
    assert staffed.events()[-1] == "restore_failed"


def test_an_admin_of_today_goes_on_and_a_company_without_one_is_said(staffed: Office) -> None:
    name = staffed.backups.make(None).name
    staffed.sql("UPDATE user_companies SET role = 'admin' WHERE user_id = 3 AND company_id = 1")
    staffed.sql("UPDATE user_companies SET role = 'user' WHERE user_id IN (1, 2)")
    done = staffed.backups.restore(name, OPERATOR)
    assert "3 roles lowered" in done.kept
    assert "Who is an admin now goes on (1)" in done.kept
    assert done.kept.endswith("1 company has no admin now: invite one.")
    assert staffed.sql("SELECT user_id, company_id FROM user_companies WHERE role = 'admin'") == [(3, 1)]


def test_a_number_that_another_got_meanwhile_is_not_taken_for_theirs(staffed: Office) -> None:
    name = staffed.backups.make(None).name
    staffed.sql("UPDATE companies SET created_at = '2001-01-01 00:00:00', status = 'suspended' WHERE id = 2")
    staffed.sql("UPDATE user_companies SET ended_at = '2030-01-01 00:00:00' WHERE company_id = 2")
    staffed.sql("UPDATE users SET email = 'else@acme.com', shut_out = TRUE, is_active = FALSE WHERE id = 3")
    done = staffed.backups.restore(name, OPERATOR)
    assert done.kept == ""
    assert staffed.sql("SELECT status FROM companies WHERE id = 2") == [("active",)]
    assert staffed.sql("SELECT is_active FROM users WHERE id = 3") == [(True,)]


def test_another_installation_keeps_nothing_of_its_own(staffed: Office) -> None:
    name = staffed.backups.make(None).name
    staffed.sql("UPDATE users SET created_at = '2001-01-01 00:00:00', password_hash = 'theirs'")
    done = staffed.backups.restore(name, None)
    assert (done.kept, said(staffed)) == ("", [])
    assert staffed.sql("SELECT count(*) FROM users WHERE password_hash = 'theirs'") == [(0,)]


def test_what_cannot_be_read_is_said_and_restored_all_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    office.add_customers(2)

    def damaged(connection: object) -> None:
        import sqlite3

        raise sa.exc.DatabaseError("SELECT", {}, sqlite3.DatabaseError("database disk image is malformed"))

    with monkeypatch.context() as patched:
        patched.setattr(decided, "decided", damaged)
        done = office.backups.restore(name, None)
    assert done.kept == UNREAD
    assert office.events()[-1] == "security_not_kept"
    assert office.customers() == 10


def test_a_membership_of_nobody_hinders_no_restore(office: Office) -> None:
    """A file from which a person was lost is damaged, and a backup is what mends it."""
    for statement in _PEOPLE:
        office.sql(statement)
    name = office.backups.make(None).name
    office.sql("DELETE FROM users WHERE id = 3")  # by a plain connection, which asks for no keys
    office.sql("UPDATE users SET shut_out = TRUE, is_active = FALSE WHERE id = 2")
    done = office.backups.restore(name, OPERATOR)
    assert "stays: 1 person shut out." in done.kept
    assert office.sql("SELECT id, is_active FROM users ORDER BY id") == [(1, 1), (2, 0), (3, 1)]


@pytest.mark.parametrize("table", ["users", "companies", "user_companies", "security_log"])
def test_tables_of_something_else_are_not_asked(office: Office, table: str) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER, detail TEXT, email TEXT)")
        found = decided.decided(connection)
    assert [*found.people, *found.companies, *found.members, *filter(None, found.away.values())] == []


def test_what_is_decided_between_the_two_locks_stays_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    office.sql("UPDATE users SET password_hash = 'new'")
    real, times = sqlite_file.replace_content, []

    def interrupted(*given: object) -> None:
        times.append(1)
        if len(times) == 1:
            office.sql("UPDATE users SET is_active = FALSE, shut_out = TRUE WHERE id = 1")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(restore_sqlite, "replace_content", interrupted)
    done = office.backups.restore(name, None)
    assert "1 password changed" in done.kept
    assert "1 person shut out" in done.kept
    assert office.sql("SELECT password_hash, is_active, shut_out FROM users") == [("new", 0, 1)]
    assert office.events().count("backup_restored") == 1


def test_into_an_empty_database_there_is_nothing_to_keep(office: Office) -> None:
    name = office.backups.make(None).name
    empty = fresh("sqlite")
    there = open_office(empty.url)
    there.sql("DELETE FROM user_companies")
    there.sql("DELETE FROM sessions")
    there.sql("DELETE FROM users")
    try:
        done = there.backups.restore_file(office.folder / name, None)
        assert done.kept == ""
        assert there.events() == ["backup_restored"]
    finally:
        there.store.close()
        empty.drop()


# What came after the first of two backups: a person, a company, and a membership of somebody known before.
_CAME = (
    "INSERT INTO users (email, password_hash, first_name, last_name, role)"
    " VALUES ('dee@acme.com', 'd', 'Dee', 'Orr', 'super_admin')",
    "INSERT INTO companies (name, email) VALUES ('Third', 't@third.com')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (4, 1, 'admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 3, 'admin')",
    "INSERT INTO user_companies (user_id, company_id, role) VALUES (2, 3, 'admin')",
)
# What was decided of them, how that is asked for, and what stays also where an older backup came between.
TAKEN_OF_THE_NEW = {
    "shut_out": (
        "UPDATE users SET is_active = FALSE, shut_out = TRUE WHERE id = 4",
        "SELECT is_active, shut_out FROM users WHERE id = 4",
        (False, True),
    ),
    "closed": (
        "UPDATE users SET is_active = FALSE WHERE id = 4",
        "SELECT is_active FROM users WHERE id = 4",
        (False,),
    ),
    "operators": (
        "UPDATE users SET role = 'user' WHERE id = 4",
        "SELECT role FROM users WHERE id = 4",
        ("user",),
    ),
    "passwords": (
        "UPDATE users SET password_hash = 'new' WHERE id = 4",
        "SELECT password_hash = 'd' FROM users WHERE id = 4",
        (False,),
    ),
    "ended": (
        f"UPDATE user_companies SET ended_at = '{_LATER}' WHERE user_id = 3 AND company_id = 3",
        f"SELECT count(*) FROM user_companies WHERE user_id = 3 AND company_id = 3 AND ended_at = '{_LATER}'",
        (1,),
    ),
    "lowered": (
        "UPDATE user_companies SET role = 'user' WHERE user_id = 4 AND company_id = 1",
        "SELECT role FROM user_companies WHERE user_id = 4 AND company_id = 1",
        ("user",),
    ),
    "limited": (
        "UPDATE user_companies SET permissions = '{\"a\": 1}' WHERE user_id = 3 AND company_id = 3",
        "SELECT count(*) FROM user_companies WHERE permissions IS NOT NULL AND user_id = 3 AND company_id = 3",
        (1,),
    ),
    "suspended": (
        "UPDATE companies SET status = 'suspended' WHERE id = 3",
        "SELECT status FROM companies WHERE id = 3",
        ("suspended",),
    ),
}


def test_it_stays_also_where_a_backup_that_knows_nobody_of_them_came_between(staffed: Office) -> None:
    """First one older than they are, then one of before the decision: between the two nobody stands here."""
    assert set(TAKEN_OF_THE_NEW) == set(DECISIONS)
    older = staffed.backups.make(None).name
    for statement in _CAME:
        staffed.sql(statement)
    newer = staffed.backups.make(None).name
    for kind, (decide, _, _) in TAKEN_OF_THE_NEW.items():
        if kind != "closed":
            staffed.sql(decide)
    staffed.backups.restore(older, OPERATOR)
    assert staffed.sql("SELECT count(*) FROM users") == [(3,)]
    staffed.backups.restore(older, OPERATOR)
    done = staffed.backups.restore(newer, OPERATOR)
    for kind, (_, ask, wanted) in TAKEN_OF_THE_NEW.items():
        assert (kind, staffed.sql(ask)) == (kind, [wanted])
    assert [words[0] in done.kept for words in DECISIONS.values()].count(True) == len(DECISIONS) - 1
    assert done.kept.endswith("Of the passwords 1 is not known any more: make a reset link.")


def test_what_is_remembered_names_nobody_and_is_of_the_very_row(staffed: Office) -> None:
    older = staffed.backups.make(None).name
    for statement in _CAME:
        staffed.sql(statement)
    newer = staffed.backups.make(None).name
    staffed.sql(TAKEN_OF_THE_NEW["ended"][0])
    staffed.sql("UPDATE users SET created_at = '2001-01-01 00:00:00', is_active = FALSE WHERE id = 4")
    staffed.sql("INSERT INTO security_log (event, detail) VALUES ('security_remembered', '[7]')")
    staffed.backups.restore(older, OPERATOR)
    (kept,) = staffed.sql("SELECT CAST(detail AS text) FROM security_log WHERE event = 'security_remembered'")
    assert "dee@" not in str(kept)
    assert "Dee" not in str(kept)
    # Another company got the number of the third.
    staffed.sql(
        "INSERT INTO companies (id, name, email, created_at) VALUES (3, 'X', 'x@x.com', '2001-01-01 00:00:00')"
    )
    staffed.sql("INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 3, 'admin')")
    staffed.sql(
        f"INSERT INTO user_companies (user_id, company_id, role, ended_at) VALUES (2, 3, 'user', '{_LATER}')"
    )
    done = staffed.backups.restore(newer, OPERATOR)
    assert done.kept == "What was decided about security since stays: 1 membership ended."
    assert staffed.sql("SELECT is_active FROM users WHERE id = 4") == [(True,)], "of another with that number"
    ended = "SELECT user_id FROM user_companies WHERE ended_at IS NOT NULL"
    assert staffed.sql(ended) == [(3,)]


def test_another_account_with_an_e_mail_is_not_let_into_the_one_that_a_backup_has(staffed: Office) -> None:
    """Between two backups whoever came with the later one is unknown: any company may make such an account."""
    older = staffed.backups.make(None).name
    for statement in _CAME:
        staffed.sql(statement)
    newer = staffed.backups.make(None).name
    staffed.sql(TAKEN_OF_THE_NEW["shut_out"][0])
    staffed.backups.restore(older, OPERATOR)
    staffed.sql(
        "INSERT INTO users (email, password_hash, first_name, last_name, created_at)"
        " VALUES ('dee@acme.com', 'of another', 'Dee', 'Other', '2001-01-01 00:00:00')"
    )
    staffed.backups.restore(newer, OPERATOR)
    stood = "SELECT password_hash, is_active, shut_out FROM users WHERE email = 'dee@acme.com'"
    assert staffed.sql(stood) == [("d", False, True)]


@pytest.mark.parametrize(("vouched", "wanted"), [(False, NO_PASSWORD), (True, "by link")])
def test_a_password_by_a_companys_link_opens_no_company_that_comes_back(
    staffed: Office, vouched: bool, wanted: str
) -> None:
    """Its admins may know it, and made the link as for somebody who never worked elsewhere."""
    staffed.sql("DELETE FROM user_companies WHERE user_id = 3 AND company_id = 2")
    older = staffed.backups.make(None).name
    staffed.sql("INSERT INTO user_companies (user_id, company_id, role) VALUES (3, 2, 'user')")
    newer = staffed.backups.make(None).name
    staffed.backups.restore(older, OPERATOR)
    staffed.sql(f"UPDATE users SET password_hash = 'by link', is_verified = {vouched} WHERE id = 3")
    assert "1 password changed" in staffed.backups.restore(older, OPERATOR).kept
    assert staffed.sql("SELECT password_hash FROM users WHERE id = 3") == [("by link",)]
    done = staffed.backups.restore(newer, OPERATOR)
    assert staffed.sql("SELECT password_hash FROM users WHERE id = 3") == [(wanted,)]
    assert ("make a reset link" in done.kept) is not vouched
