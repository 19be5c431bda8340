"""The way of one deal through the stages, as far as it has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_data.demo.calendar import Calendar
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.tables.deal import Stage

# Median days in each open stage, before the trade's own pace.
DAYS = {Stage.PROSPECT: 7, Stage.QUALIFIED: 12, Stage.PROPOSAL: 14, Stage.NEGOTIATION: 11}


@dataclass(frozen=True)
class Move:
    """One change of stage; the first comes from nowhere."""

    before: Stage | None
    stage: Stage
    at: datetime


def journey(calendar: Calendar, start: datetime, won: bool, pace: float, stalls: bool) -> list[Move]:
    """The moves of a deal made at `start`, up to today; the last one says where it stands.

    A deal that stalls stays open where it is. `pace` 1.0 takes about six weeks from first to last.
    """
    way = _way(calendar, won, stalls)
    moves = [Move(None, way[0], start)]
    for stage in way[1:]:
        here = moves[-1]
        days = max(1.0, DAYS[here.stage] * pace * calendar.random.lognormvariate(0, 0.45))
        at = calendar.moment(here.at.date() + timedelta(days=round(days)))
        if at > calendar.until:
            break
        moves.append(Move(here.stage, stage, at))
    return moves


def _way(calendar: Calendar, won: bool, stalls: bool) -> list[Stage]:
    """The stages a deal would pass with all the time in the world."""
    random = calendar.random
    way = list(OPEN_STAGES)
    if random.random() < 0.12:
        way.remove(Stage.PROSPECT)  # came in as somebody who already wanted to buy
    if random.random() < 0.1:
        way.remove(Stage.NEGOTIATION)
    elif random.random() < 0.06:
        way += [Stage.PROPOSAL, Stage.NEGOTIATION]  # asked for a second proposal
    if stalls:
        return way[: random.randint(1, len(way))]
    if won:
        return [*way, Stage.CLOSED_WON]
    reached = random.choices(range(1, len(way) + 1), [2, 4, 4, 3, 2, 2][: len(way)])[0]
    return [*way[:reached], Stage.CLOSED_LOST]
