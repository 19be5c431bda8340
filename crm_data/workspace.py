"""The front door to one company: all that a page can reach. It is bound to one company; none is passed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, tzinfo
from functools import cached_property
from typing import TypeVar

from crm_data.accounts.companies import Profile
from crm_data.accounts.layouts import Layouts
from crm_data.accounts.members import Members
from crm_data.accounts.own_fields import Fields
from crm_data.accounts.stages import Stages
from crm_data.accounts.views import Views
from crm_data.alike.alike import Alike
from crm_data.changes.changes import Changes
from crm_data.changes.trash import Trash
from crm_data.errors import NotFound
from crm_data.finding import finder
from crm_data.finding.finder import Answer
from crm_data.nouns.activities import Activities
from crm_data.nouns.customers import Customers
from crm_data.nouns.dashboards import KeptCharts, KeptDashboards
from crm_data.nouns.deals import Deals
from crm_data.nouns.exchange_rates import ExchangeRates
from crm_data.nouns.goals import Goals
from crm_data.nouns.leads import Leads
from crm_data.nouns.since import CHANGED
from crm_data.nouns.submissions import Submissions
from crm_data.nouns.tasks import Tasks
from crm_data.numbers import then_and_now
from crm_data.numbers.dashboards import Dashboards
from crm_data.numbers.funnel import Base
from crm_data.numbers.numbers import Numbers
from crm_data.numbers.own import Own
from crm_data.numbers.period import Period
from crm_data.rights import Act, Person, demand, may
from crm_data.store.names import member_names, members_and_last_change
from crm_data.store.query import Query
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Goal, Submission
from crm_data.transfer import company_file, csv_in, csv_out, keeping, mapping, table_out, takeaway
from crm_data.transfer.csv_out import Form
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.keeping import Kept
from crm_data.transfer.plan import Plan
from crm_data.transfer.reading_places import reading_place
from crm_data.transfer.report import Report
from crm_data.transfer.rows import Progress
from crm_data.transfer.workbook import read_file

R = TypeVar("R", bound=Records)


class _Kind(cached_property[R]):
    """The records of one kind, as a line of the workspace: the attribute is called as the table is."""

    def __init__(self, noun: type[R]) -> None:
        super().__init__(lambda my: my._of(noun))
        self.noun = noun
        self.__doc__ = noun.__doc__


class Workspace:
    """One person at work in one company."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    def _of(self, noun: type[R]) -> R:
        return noun(self._store, self._scope)

    @property
    def scope(self) -> CompanyScope:
        """Who works here: company, person, role. Frozen."""
        return self._scope

    def may(self, act: Act | str) -> bool:
        """Whether this person's role carries an act, to know which buttons to show; verbs ask again."""
        return may(Person(self._scope.role, self._scope.operator), Act(act))

    customers = _Kind(Customers)
    leads = _Kind(Leads)
    deals = _Kind(Deals)
    tasks = _Kind(Tasks)
    activities = _Kind(Activities)
    kinds = tuple(name for name, held in vars().items() if isinstance(held, _Kind))

    def find(self, said: str) -> Answer:
        """The records of every kind that answer to a text, best first; see `finder.find`."""
        return finder.find(self._store, self._scope, self.kinds, said)

    @cached_property
    def numbers(self) -> Numbers:
        """What managers read of it: totals, charts, the board, the overview."""
        return Numbers(self._store, self._scope)

    def records(self, table: str) -> Records:
        """The records of one table by its name, also of goals and submissions. Raises NotFound for none."""
        if table not in (*self.kinds, Goal.__tablename__, Submission.__tablename__):
            raise NotFound
        found: Records = getattr(self, table)
        return found

    @cached_property
    def goals(self) -> Goals:
        """What its people are to win, a month each."""
        return Goals(self._store, self._scope)

    @cached_property
    def submissions(self) -> Submissions:
        """What its people say they will win, a month each."""
        return Submissions(self._store, self._scope)

    @cached_property
    def exchange_rates(self) -> ExchangeRates:
        """What other currencies are worth in the company's own."""
        return ExchangeRates(self._store, self._scope)

    @cached_property
    def changes(self) -> Changes:
        """What was done in the company: looked up, undone, done again."""
        kinds = {kind: self.records(kind) for kind in self.kinds}
        boards = (KeptDashboards(self._store, self._scope), KeptCharts(self._store, self._scope))
        beside = (self.goals, self.submissions, self.exchange_rates, *boards)
        return Changes(self._store, self._scope, kinds | {records.name: records for records in beside})

    @property
    def trash(self) -> Trash:
        """What is archived: looked through, and erased for good."""
        return Trash(self._store, self._scope, {kind: self.records(kind) for kind in self.kinds})

    @cached_property
    def alike(self) -> Alike:
        """Records that may be the same person or firm: looked for, merged, kept apart."""
        return Alike(self._store, self._scope, {kind: self.records(kind) for kind in self.kinds})

    @property
    def people(self) -> Members:
        """Who works in the company: for its admins."""
        return Members(self._store, self._scope)

    @property
    def profile(self) -> Profile:
        """The company's own profile."""
        return Profile(self._store, self._scope)

    @property
    def stages(self) -> Stages:
        """The company's sales stages."""
        return Stages(self._store, self._scope)

    @property
    def own_fields(self) -> Fields:
        """The fields that the company has added to its records."""
        return Fields(self._store, self._scope)

    @property
    def layouts(self) -> Layouts:
        """How this person has arranged their lists."""
        return Layouts(self._store, self._scope)

    @property
    def views(self) -> Views:
        """The views that this person may open: their own, and those for all."""
        return Views(self._store, self._scope)

    @property
    def dashboards(self) -> Dashboards:
        """The dashboards that this person may open: their own, and those for all."""
        return Dashboards(self._store, self._scope)

    def members(self) -> dict[int, str]:
        """The company's active members: user id -> name, ordered by name."""
        with self._store.read(self._scope) as session:
            return member_names(session, active=True)

    def members_and_last_change(self) -> tuple[dict[int, str], int | None]:
        """As `members`, and as `last_change` of records, None in a company without a member; of one moment."""
        with self._store.read(self._scope) as session:
            return members_and_last_change(session)

    # files in and out: a file is read, a plan guessed and changed, rehearsed as often as wanted, then imported

    def export(
        self,
        records: Records,
        query: Query | None = None,
        columns: Sequence[str] | None = None,
        form: str = Form.CSV,
        written: csv_out.Written = csv_out.nobody_counts,
    ) -> tuple[str, Iterator[bytes]]:
        """A file's name and its bytes piece by piece: every row that the list means. For managers.

        `written` is told now and then how many rows are; what it raises ends it.
        """
        return csv_out.export(records, query, columns, form, written)

    def export_chart(
        self,
        name: str,
        query: Query | None = None,
        period: Period | None = None,
        base: Base = Base.MADE,
        skipped: bool = True,
    ) -> tuple[str, Iterator[bytes]]:
        """A chart's bars as CSV: the file's name, and its bytes; see `Numbers.chart`. For managers."""
        chart = self.numbers.chart(name, query, period, base=base, skipped=skipped)
        return table_out.table_csv(self._store, self._scope, name, chart.heads, chart.table())

    def export_changes(
        self, query: Query | None, since: date, closing: Period, show: str = CHANGED
    ) -> tuple[str, Iterator[bytes]]:
        """The deals then and now as CSV, all of them: the file's name, and its bytes. For managers.

        See `Numbers.then_and_now`. Raises NotAllowed, Invalid.
        """
        demand(Person(self._scope.role, self._scope.operator), Act.EXPORT, "deals")
        found = self.numbers.then_and_now(query, since, closing, show, size=None)
        return table_out.table_csv(
            self._store, self._scope, "changes", then_and_now.HEADS, list(then_and_now.table(found))
        )

    def export_breakdown(
        self, query: Query | None = None, period: Period | None = None, by: str = "assigned_to"
    ) -> tuple[str, Iterator[bytes]]:
        """Insights broken down as CSV: the file's name, and its bytes; see `Numbers.breakdown`. For managers.

        Raises NotAllowed, Invalid.
        """
        demand(Person(self._scope.role, self._scope.operator), Act.EXPORT, "deals")
        found = self.numbers.breakdown(query, period, by)
        return table_out.table_csv(self._store, self._scope, "breakdown", found.heads, found.table())

    def export_own(self, own: Own, zone: tzinfo = UTC) -> tuple[str, Iterator[bytes]]:
        """A chart of one's own as CSV: the file's name, and its bytes; see `Numbers.own`. For managers."""
        chart = self.numbers.own(own, zone=zone)
        return table_out.table_csv(self._store, self._scope, f"{own.kind}-chart", chart.heads, chart.table())

    def take_away(self) -> tuple[str, Iterator[bytes]]:
        """All of the company's data as one ZIP: its name, and its bytes piece by piece. For admins."""
        return takeaway.company_zip(self._store, self._scope, [self.records(kind) for kind in self.kinds])

    def company_file(self, passphrase: str = "") -> tuple[str, Iterator[bytes]]:
        """The company as one file that can be brought back, here or elsewhere: its name and bytes. For admins.

        With a passphrase it is encrypted. Raises NotAllowed, Invalid.
        """
        return company_file.take_away(self._store, self._scope, passphrase)

    def read_file(
        self,
        data: bytes,
        name: str,
        encoding: str | None = None,
        delimiter: str | None = None,
        top: int | None = None,
        sheet: str | None = None,
    ) -> Sheet:
        """A CSV file, or a sheet of a workbook, as a table of text; `top` is the row of its headings.
        Raises Invalid with one sentence,
        and TooMany where this person, or too many others, have one read already.
        """
        with reading_place(self._scope.user_id):
            return read_file(data, name, encoding, delimiter, top, sheet)

    def guess(self, sheet: Sheet, records: Records, zone: str = "UTC", system: str | None = None) -> Plan:
        """Where the columns of a file go, as its headings, its cells and its `system` suggest: see `guess`."""
        return mapping.guess(sheet, records, zone, system)

    def kept_import(self, records: Records, sheet: Sheet, plan: Plan) -> Kept | None:
        """The choices of the last file with these headings laid over the guess, if any. For managers."""
        return keeping.kept(records, sheet, plan)

    def strangers(self, records: Records, sheet: Sheet, plan: Plan) -> dict[str, dict[str, int]]:
        """Heading -> word -> rows: the words of a file that mean nothing here. For managers."""
        return csv_in.strangers(records, sheet, plan)

    def rehearse(
        self, records: Records, sheet: Sheet, plan: Plan, progress: Progress = csv_in.nobody_listens
    ) -> Report:
        """Dry run: what importing a file would do; touches nothing. For managers."""
        return csv_in.rehearse(records, sheet, plan, progress)

    def commit_import(
        self,
        records: Records,
        sheet: Sheet,
        plan: Plan,
        progress: Progress = csv_in.nobody_listens,
        act_id: str | None = None,
    ) -> Report:
        """Import the good rows in one transaction; the same `act_id` again does nothing. For managers.

        The choices are kept for the next file with the same headings.
        """
        report = csv_in.commit(records, sheet, plan, progress, act_id)
        keeping.keep(records, sheet, plan)
        return report
