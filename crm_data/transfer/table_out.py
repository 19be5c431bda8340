"""A table of numbers taken away as CSV: for managers, and noted as every export is."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from crm_data import clock
from crm_data.rights import Act, Person, demand
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Deal
from crm_data.transfer.csv_out import noted
from crm_data.transfer.formulas import disarmed


def table_csv(
    store: Store, scope: CompanyScope, name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[str, Iterator[bytes]]:
    """The file's name and its bytes; None is an empty cell. It needs the right to export deals.

    Raises NotAllowed.
    """
    demand(Person(scope.role, scope.operator), Act.EXPORT, Deal.__tablename__)
    noted(store, "export", scope.user_id, scope.company_id, table=f"chart {name}", rows=len(rows))
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(heads)
    writer.writerows([disarmed(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return f"{name}-{clock.now():%Y-%m-%d}.csv", iter([buffer.getvalue().encode("utf-8-sig")])
