"""Records whose amounts can be told in the company's own currency: deals, goals and given forecasts."""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from crm_data import clock
from crm_data.nouns.converted import Converted, is_converted, worth
from crm_data.store import query as q
from crm_data.store.adding import added_up
from crm_data.store.records import Records
from crm_data.tables.fields import Field, Kind

if TYPE_CHECKING:
    _Beside = Records
else:
    _Beside = object


class InOne(_Beside):
    """Beside `Records`: those of a currency each, whose list may tell all of them in one ('converted').

    No class of records of its own, so that each kind is one below `Records`.
    """

    def _money(self, query: q.Query) -> Converted:
        """The company's own currency, into which amounts are converted as of the day it is in the query's zone."""
        return Converted.into(self._scope.currency, clock.now().astimezone(query.zone).date())

    def told_in(self, query: q.Query) -> str:
        """The company's own currency, where all are converted into it."""
        return self._money(query) if is_converted(query) else ""

    def summed(self, declared: Field, query: q.Query) -> sa.ColumnElement[int]:
        """The sum of a column, each amount converted where the list tells all in one currency."""
        if declared.kind is not Kind.MONEY or not is_converted(query):
            return super().summed(declared, query)
        column = getattr(self.table, declared.name)
        return sa.func.coalesce(added_up(worth(self._money(query), column)), 0)
