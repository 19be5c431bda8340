"""The calls that can lead out of a company, who may make them, and why: one table, and how each is recognised.

A page asks a Workspace, a verb asks its store for a company's session; whoever needs more is listed here by name.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("crm_data", "dashboard", "pages", "migrations")
SQLALCHEMY = ("sa", "sqlalchemy")
Node = ast.AST


@dataclass(frozen=True)
class Rule:
    """`danger`: what it can do outside of its rooms. `rooms`: file, or folder with a slash -> what for."""

    danger: str
    seen: Callable[[Node], bool]
    rooms: dict[str, str] = field(default_factory=dict)

    def room(self, file: str) -> str | None:
        """The room of a file; None where the call is forbidden."""
        return next((r for r in self.rooms if file == r or (r.endswith("/") and file.startswith(r))), None)


def _called(node: Node) -> tuple[str, str]:
    """What a call calls, and on whom: ('connect', 'sqlite3'); ('', '') for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        on = node.func.value
        return node.func.attr, on.id if isinstance(on, ast.Name) else getattr(on, "attr", "?")
    return (node.func.id, "") if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ("", "")


def method(*names: str, bare: bool = False) -> Callable[[Node], bool]:
    """A call of a method by one of these names; `bare`: without any argument."""

    def seen(node: Node) -> bool:
        name, on = _called(node)
        return name in names and bool(on) and not (bare and (node.args or node.keywords))  # type: ignore[attr-defined]

    return seen


def function(*names: str) -> Callable[[Node], bool]:
    """A call of one of these names, alone or out of a module."""
    return lambda node: _called(node)[0] in names


def of(modules: tuple[str, ...], *names: str) -> Callable[[Node], bool]:
    """A call of `module.name`, or the import of the name by itself, under which it could not be recognised."""

    def seen(node: Node) -> bool:
        if isinstance(node, ast.ImportFrom):
            top = (node.module or "").partition(".")[0]
            return top in modules and any(alias.name in names for alias in node.names)
        name, on = _called(node)
        return name in names and on in modules

    return seen


def upon(objects: tuple[str, ...], *names: str) -> Callable[[Node], bool]:
    """A call of one of these methods of something that bears one of these names."""
    return lambda node: _called(node)[0] in names and _called(node)[1] in objects


def next_version(node: Node) -> bool:
    """A version counted on: `row.version + 1`."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "version"
    )


def attribute(*names: str) -> Callable[[Node], bool]:
    """Any use of an attribute, called or not."""
    return lambda node: isinstance(node, ast.Attribute) and node.attr in names


def anothers(*names: str) -> Callable[[Node], bool]:
    """Such an attribute of anything but oneself."""
    return lambda node: (
        isinstance(node, ast.Attribute)
        and node.attr in names
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    )


def keyword(name: str) -> Callable[[Node], bool]:
    """An argument of this name."""
    return lambda node: isinstance(node, ast.keyword) and node.arg == name


def word(said: str) -> Callable[[Node], bool]:
    """A text with these words in it."""
    return lambda node: isinstance(node, ast.Constant) and isinstance(node.value, str) and said in node.value


def put_together(*names: str) -> Callable[[Node], bool]:
    """A call of Streamlit's with anything but words that stand in the source."""

    def seen(node: Node) -> bool:
        name, on = _called(node)
        return name in names and on == "st" and any(not isinstance(a, ast.Constant) for a in node.args)  # type: ignore[attr-defined]

    return seen


def either(*seen: Callable[[Node], bool]) -> Callable[[Node], bool]:
    """One of these."""
    return lambda node: any(one(node) for one in seen)


def uses(source: str, rule: Rule) -> Iterator[int]:
    """The lines on which a source does it."""
    return (getattr(node, "lineno", 0) for node in _nodes(source) if rule.seen(node))


# What a rule recognises is one of these. One that looks for something else finds nothing in the made-up source of
# test_calls.py, which says so.
_LOOKED_AT = (ast.Call, ast.ImportFrom, ast.BinOp, ast.Attribute, ast.keyword, ast.Constant)


@cache
def _nodes(source: str) -> list[Node]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, _LOOKED_AT)]


SIGNING_IN = "who is signed in is known before any company is"

CALLS: dict[str, Rule] = {
    "session.core()": Rule(
        "The raw connection: nothing filters what is sent through it.",
        method("core"),
        {
            "crm_data/store/bulk.py": "a lock for imports, and a former colleague, who stands outside any company",
            "crm_data/transfer/company_file.py": "what the company's own reading session sees, into its file",
            "crm_data/store/many.py": "many rows at once, each with the session's own company",
            "crm_data/store/writer.py": "changes of many rows, held to the session's own company",
            "crm_data/store/heads.py": "the head of the chain of the session's own company",
            "crm_data/store/log_ends.py": "the counters of the log, and the head of the one company that writes",
            "crm_data/store/log_erased.py": "lines of the session's own company, which lose their values",
            "crm_data/changes/changes.py": "the company's own log, read through for its chain",
            "crm_data/accounts/elsewhere.py": "whether a person works anywhere else, and nothing more of it",
            "crm_data/demo/": "made-up data, into a company that was just made",
        },
    ),
    "exec_driver_sql": Rule(
        "SQL as text: no session sees it.",
        attribute("exec_driver_sql"),
        {
            "crm_data/store/bulk.py": "a lock for imports",
            "crm_data/store/heads.py": "what is asked at the commit is asked before the last lock",
            "crm_data/store/log_ends.py": "the counters of the log, and the head of the one company that writes",
            "crm_data/store/many.py": "many rows at once, each with the session's own company",
            "crm_data/store/connections.py": "tells the database whose transaction it is",
            "crm_data/store/folding.py": "asks PostgreSQL which letters it knows, when the walls are put up",
            "crm_data/store/guards.py": "asks PostgreSQL for tables without row security",
            "crm_data/store/migrating.py": "asks who may change tables, and says that a migration is the system's",
            "crm_data/store/turns.py": "waits for its turn",
            "crm_data/transfer/": "backups of PostgreSQL: locks, and rows in and out, by the owner",
            "crm_data/demo/": "made-up data: ids, and settings for speed",
            "crm_data/health.py": "looks through all companies for what cannot be, and shows counts",
            "crm_data/installation.py": "asks for the role's rights at the start",
            "migrations/": "the schema",
        },
    ),
    "sa.text": Rule(
        "SQL as text: the session refuses it, and the system's session does not.",
        of(SQLALCHEMY, "text"),
        {
            "crm_data/tables/": "defaults and conditions of the schema, which read no rows",
            "crm_data/health.py": "asks PostgreSQL for its triggers",
            "crm_data/transfer/kept_postgres.py": "what a restore notes, by the owner's own connection",
            "migrations/": "the schema",
        },
    ),
    "sa.insert, sa.update, sa.delete": Rule(
        "Statements that change many rows at once: the session lets through those that it can hold, no others.",
        of(SQLALCHEMY, "insert", "update", "delete"),
        {
            "crm_data/store/writer.py": "the one writer: rows of the session's own company",
            "crm_data/store/heads.py": "the head of the chain of the session's own company",
            "crm_data/store/log_erased.py": "lines of the session's own company, which lose their values",
            "crm_data/transfer/company_file.py": "what the company's own reading session sees, into its file",
            "crm_data/transfer/company_back.py": "a new company of a file; asks for the operator's right first",
            "crm_data/transfer/half_copy.py": "every table of an installation, by its owner, elsewhere",
            "crm_data/transfer/marks.py": "the mark of a company that was put in without one",
            "crm_data/finding/listing.py": "lists of words, of one company each time",
            "migrations/": "the schema, and what fills a new column",
            "crm_data/accounts/elsewhere.py": "an account closes with its last membership and opens with the next",
            "crm_data/accounts/sessions.py": SIGNING_IN,
            "crm_data/accounts/onetime.py": SIGNING_IN,
            "crm_data/accounts/links.py": "old links and attempts, of no company",
            "crm_data/accounts/throttle.py": SIGNING_IN,
            "crm_data/demo/": "made-up data, into a company that was just made",
        },
    ),
    "ChangeLog(, ChangeSet(, put(": Rule(
        "A line of the log that is written past the one writer tells of rows that an undo does not find.",
        function("ChangeLog", "ChangeSet", "put"),
        {
            "crm_data/store/log.py": "the only place that writes the log and its change sets",
            "crm_data/store/writer.py": "rows, each with its line in the log",
            "crm_data/demo/": "made-up data, before anybody works there",
        },
    ),
    "session.add(, session.delete(": Rule(
        "A row that is written past the one writer is not in the log, and nobody can undo it.",
        upon(("session", "session_", "_session"), "add", "add_all", "delete"),
        {
            "crm_data/store/writer.py": "the one writer",
            "crm_data/store/bulk.py": "a former colleague, who stands outside any company",
            "crm_data/store/security_log.py": "the security log, of no company",
            "crm_data/accounts/layouts.py": "how a person has arranged a list is a habit and no record",
            "crm_data/transfer/keeping.py": "how a file was read the last time is a habit and no record",
            "crm_data/transfer/company_back.py": "a person of a company that comes back, of no company",
            "crm_data/accounts/views.py": "a view of one's own is a habit; one for the company it logs",
            "crm_data/store/looking.py": "that a person has seen a record is a habit and no record",
            "crm_data/accounts/people.py": "a new account, of no company",
            "crm_data/accounts/onetime.py": SIGNING_IN,
            "crm_data/accounts/portraits.py": "one's own picture, of no company",
            "crm_data/accounts/sessions.py": SIGNING_IN,
            "crm_data/accounts/throttle.py": SIGNING_IN,
        },
    ),
    "version + 1": Rule(
        "A row that gets its next version past the one writer has no line in the log.",
        next_version,
        {
            "crm_data/store/writer.py": "the one writer",
            "crm_data/accounts/views.py": "a view of one's own is a habit; one for the company it logs",
        },
    ),
    "Model.__table__": Rule(
        "A Core table, which SQLAlchemy reads whole.",
        attribute("__table__"),
        {
            "crm_data/store/many.py": "many rows at once, each with the session's own company",
            "crm_data/tables/": "the declaration itself",
            "crm_data/transfer/takeaway.py": "the names of its columns",
        },
    ),
    "engine.connect(), .begin(), .raw_connection(), create_engine": Rule(
        "A connection that no session holds; a transaction that outlasts its company.",
        either(method("raw_connection"), method("connect", "begin", bare=True), function("create_engine")),
        {
            "crm_data/store/connections.py": "makes the engines",
            "crm_data/store/store.py": "begins each transaction",
            "crm_data/store/migrating.py": "the owner's engine, for migrations alone",
            "crm_data/transfer/updating.py": "asks for the revision before there is a store",
            "crm_data/transfer/company_file.py": "the file that a company is written into",
            "crm_data/transfer/company_opened.py": "a private copy of a company's file",
            "crm_data/transfer/copying.py": "every table of an installation, by its owner, into another database",
            "crm_data/transfer/half_copy.py": "the database that is copied into, by its owner",
            "crm_data/transfer/kept_postgres.py": "backups and restores are the owner's",
            "crm_data/transfer/postgres_scratch.py": "a database of its own, to try a backup out in",
            "crm_data/health.py": "reads back what each connection is set to",
            "migrations/write.py": "a fresh database of its own, to compare the tables with",
            "migrations/env.py": "plain alembic",
        },
    ),
    "store.system(": Rule(
        "All companies' rows.",
        method("system"),
        {
            "crm_data/accounts/sessions.py": SIGNING_IN,
            "crm_data/accounts/sign_in.py": SIGNING_IN,
            "crm_data/accounts/links.py": SIGNING_IN,
            "crm_data/accounts/portraits.py": "a picture is its owner's; given to who works in the same company",
            "crm_data/accounts/own.py": "a password is its owner's, in whatever company they work",
            "crm_data/accounts/operator.py": "the operator's acts on an account; asks for that right first",
            "crm_data/accounts/companies.py": "the operator's list of companies; asks for that right first",
            "crm_data/accounts/members.py": "whether a member ever worked elsewhere, before a reset link",
            "crm_data/changes/security.py": "an admin's own company's lines of the security log",
            "crm_data/transfer/csv_out.py": "a line in the security log",
            "crm_data/transfer/company_back.py": "a new company of a file; asks for the operator's right first",
            "crm_data/transfer/company_look.py": "whom of a file an installation knows; asks for that right first",
            "crm_data/transfer/marks.py": "the mark of a company that was put in without one",
            "crm_data/transfer/memory.py": "lines in the security log about backups",
            "crm_data/transfer/decided.py": "what a restore of all companies keeps of their security",
            "crm_data/transfer/restoring.py": "counts of what a restore of them all takes away",
            "crm_data/installation.py": "enters a company for the command line, and knows the database's state",
            "crm_data/health.py": "looks through all companies for what cannot be, and shows counts",
            "crm_data/finding/listing.py": "lists words of each company for itself, and shows nobody any",
            "crm_data/changes/emptying.py": "which companies empty their trash; each goes on in its own session",
            "crm_data/demo/": "made-up data, before anybody works there",
            "crm_data/cli/common.py": "a line in the security log",
        },
    ),
    "Session(": Rule(
        "A session that knows of no company, or of one that nobody was shown to work in.",
        function("Session", "CompanySession", "sessionmaker", "scoped_session"),
        {"crm_data/store/store.py": "makes every session there is"},
    ),
    "owned(": Rule(
        "All companies' rows, in a transaction of the owner's, whom no wall stops.",
        function("owned"),
        {"crm_data/transfer/kept_postgres.py": "what a restore of all companies keeps of their security"},
    ),
    "CompanyScope(": Rule(
        "Whoever makes one says in which company they are.",
        function("CompanyScope"),
        {
            "crm_data/accounts/sessions.py": "out of the session's row, read anew at every click",
            "crm_data/installation.py": "for the command line and the operator",
            "crm_data/demo/": "made-up people, in a company that was just made",
        },
    ),
    "begin_for(": Rule(
        "Names a company, or the system, to the database.",
        function("begin_for"),
        {
            "crm_data/store/scope.py": "the session's own company",
            "crm_data/store/store.py": "the system, with a reason",
        },
    ),
    "beyond_company(": Rule(
        "For a moment the system, within a company's transaction.",
        function("beyond_company"),
        {
            "crm_data/store/bulk.py": "a former colleague, who stands outside any company, is made",
            "crm_data/accounts/elsewhere.py": "whether a person works anywhere else, and nothing more of it",
        },
    ),
    "app.system": Rule(
        "The word by which PostgreSQL knows the system.",
        word("app.system"),
        {
            "crm_data/store/connections.py": "says it",
            "crm_data/store/migrating.py": "says it: a migration must see every row",
            "migrations/append_only.py": "asks for it",
            "migrations/row_security.py": "asks for it",
        },
    ),
    "sqlite3.connect, psycopg.connect": Rule(
        "The file itself, past triggers and views.",
        of(("sqlite3", "psycopg"), "connect"),
        {"crm_data/store/sqlite_file.py": "whole files: backups are made, looked at and put in place"},
    ),
    "._store, ._scope of another": Rule(
        "Whose scope it is must be plain where it is used.",
        anothers("_store", "_scope"),
        {
            "crm_data/store/bulk.py": "many rows of the records it is given, with their own scope",
            "crm_data/transfer/csv_out.py": "notes who exports",
            "crm_data/transfer/csv_in.py": "customers that the rows of a file name, in the scope of the import",
            "crm_data/transfer/keeping.py": "the choices of an import, kept for the company that it is of",
            "crm_data/transfer/marks.py": "the company's own mark, for its exports",
        },
    ),
    "unsafe_allow_html": Rule(
        "Text becomes a part of the page, scripts and all.", keyword("unsafe_allow_html")
    ),
    "st.html": Rule(
        "Text becomes a part of the page.",
        of(("st", "streamlit"), "html"),
    ),
    "st.markdown, st.write of words that are put together": Rule(
        "Streamlit reads them as Markdown: a name could become a link, a heading or a picture. See say.plain.",
        put_together("markdown", "write"),
        {
            "dashboard/parts/as_of.py": "a day of the calendar",
            "dashboard/parts/csv_mapping.py": "headings and cells of a file, each through unlinked",
            "dashboard/parts/exporting.py": "what an export is of and how far it is, through say.plain",
            "dashboard/parts/first_steps.py": "our own sentences of the first steps",
            "dashboard/parts/heading.py": "our own sentences where there is nothing",
            "dashboard/parts/insights.py": "the title of a chart, through say.plain",
            "dashboard/parts/own_chart.py": "the title of a chart, through say.plain",
            "dashboard/parts/people_panel.py": "counts",
            "dashboard/parts/record.py": "when a task is due, and the sentence of a refusal",
            "dashboard/parts/related.py": "facts of a row, each through say.plain",
        },
    ),
}
