"""Observed: of the deals that ever stood in a stage and are closed, how many were won."""

import sqlalchemy as sa

from crm_data.nouns.selections import entered
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import LOST, WON, number
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.stage_rules import StageRules


def stage_rates(session: CompanySession, where: Where, asked: Question, rules: StageRules) -> list[Figure]:
    """A share for each open stage, in order; not available where no deal of it is closed. One statement."""
    stood = [sa.and_(Deal.status.in_((WON, LOST)), entered(stage.value)) for stage in OPEN_STAGES]
    sums = [part for when in stood for part in (number(when), number(sa.and_(when, Deal.status == WON)))]
    found = session.execute(sa.select(*sums).select_from(Deal).where(*where)).one()
    closed = asked.but(status=(WON, LOST))
    return [
        Figure(
            f"Won of {rules.label(stage)}",
            Formula.WIN_RATE,
            won / count if count else None,
            int(count),
            closed.but(f"entered:{stage.value}"),
            means="Deals of all currencies that ever stood in the stage and are closed.",
        )
        for stage, count, won in zip(OPEN_STAGES, found[0::2], found[1::2], strict=True)
    ]
