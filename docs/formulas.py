"""What the guide says of every formula beside its own words: date, example, what it leaves out, source."""

from collections.abc import Mapping

from crm_data import Formula

# Formula -> (date, example, leaves out, source)
TOLD: Mapping[Formula, tuple[str, str, str, str]] = {
    Formula.COUNT: ("that of its list", "12 deals", "archived records", ""),
    Formula.VALUE: (
        "close date where won, now where open",
        "500 + 700 = 1,200",
        "deals of other currencies",
        "",
    ),
    Formula.WEIGHTED: (
        "now, or expected close",
        "10,000 × 50 % + 3,800 × 90 % = 8,420",
        "deals that are won or lost; other currencies",
        "Pipeline CRM; rounding as in Margince",
    ),
    Formula.RANGE: (
        "now, by expected close",
        "four of 1,000 at 50 %, one of 2,000 at 75 %: 1,323 around 3,500",
        "fewer than five deals; other currencies",
        "variance of independent deals",
    ),
    Formula.WIN_RATE: ("close date", "20 won, 30 lost: 40 %", "deals that are still open", "Pipeline CRM"),
    Formula.WIN_RATE_BY_VALUE: (
        "close date",
        "200 won, 300 lost: 40 %",
        "deals that are still open",
        "Pipeline CRM",
    ),
    Formula.AVERAGE: ("close date", "1,200 in 3 deals: 400", "lost deals", "QuarterOne"),
    Formula.MEAN_DAYS: ("close date", "10, 20 and 60 days: 30", "deals closed before they began", "Quartz"),
    Formula.MEDIAN_DAYS: ("close date", "10, 20 and 60 days: 20", "deals closed before they began", "Quartz"),
    Formula.VELOCITY: (
        "close date; open as of the period's end",
        "18 × 42,000 × 24 % / 78 = 2,326 a day",
        "open deals that are prospects",
        "HubSpot",
    ),
    Formula.CONVERSION: (
        "day of conversion and of making",
        "18 of 100: 18 %",
        "archived leads",
        "Brainshark",
    ),
    Formula.STEP: (
        "day the deal was made",
        "58 of 73: 79 %",
        "deals made outside the period",
        "HubSpot; Bitrix24 for skipped stages",
    ),
    Formula.STAGE_MEDIAN: (
        "day the stage was left",
        "3, 5 and 12 days: 5",
        "visits that ended outside the period",
        "Odoo for adding visits",
    ),
    Formula.STAGE_MOST: (
        "day the stage was left",
        "1 to 10 days, one deal each: 8",
        "visits that ended outside the period",
        "Odoo for adding visits",
    ),
    Formula.THEN: (
        "the beginning of the day",
        "500 then, 700 now: 500",
        "deals that were closed or not made then",
        "",
    ),
    Formula.DELTA: (
        "from the beginning of the day to now",
        "500 then, 700 now: + 200; 300 then, won now: - 300",
        "deals that came and went since",
        "",
    ),
    Formula.GOAL: (
        "the goal's month",
        "3,100 for March, 10 of its 31 days: 1,000",
        "goals in other currencies",
        "",
    ),
    Formula.ATTAINMENT: ("close date", "600 won of 1,000: 60 %", "deals that are still open", "kpi.zone"),
    Formula.PACE: ("today", "the 15th of April: 50 %", "periods without a beginning or an end", "BottleCRM"),
    Formula.GAP: ("close date", "1,000 - 600 = 400", "deals that are still open", ""),
    Formula.NEEDED: (
        "close date; expected close",
        "400 / 40 % - 300 = 700",
        "open deals without a date, or expected before today",
        "",
    ),
    Formula.COVERAGE: (
        "expected close; close date",
        "1,800 open, 600 left of the goal: 3.0 x",
        "open deals without a date, or expected before today; periods that are over, and goals that are met",
        "MetricKit",
    ),
    Formula.COHORT: (
        "day the lead was made",
        "18 of the 100 made in May: 18 %",
        "leads made outside the period",
        "Brainshark",
    ),
    Formula.WON_OF_MADE: (
        "day the deal was made; close date",
        "4 made in May, 1 won by the end of June: 25 %",
        "deals of other currencies",
        "Varicent; Atrium for the months side by side",
    ),
    Formula.TOUCHES: (
        "close date; the day of the activity, in UTC",
        "12 calls and 3 notes on 5 won deals: 3.0",
        "what Foyer notes by itself; what lies before a deal's beginning or after its close",
        "Dealcode",
    ),
    Formula.AGE: ("now", "open for 10, 20 and 60 days: 20", "deals that are won or lost", "Quartz"),
    Formula.PUSHES: (
        "now",
        "4 open deals, put off 3, 1, 0 and 0 times: 1.0",
        "dates brought forward or filled in; deals that are won or lost",
        "HubSpot",
    ),
    Formula.SUBMITTED: (
        "the month that a number is for",
        "managers 6,000, own 9,000, won + commit of the others 7,000: 22,000",
        "numbers that a later one or a manager's stands over; other currencies",
        "",
    ),
    Formula.GIVEN: (
        "90, 60 or 30 days before the end of the month",
        "managers 6,000, own 9,000: 15,000",
        "numbers given later, and those undone; other currencies",
        "",
    ),
    Formula.WEIGHTED_THEN: (
        "90, 60 or 30 days before the end of the month; expected close then",
        "10,000 × 50 % then, won since: 5,000",
        "deals that were closed, omitted, or expected in another month then",
        "Pipeline CRM; rounding as in Margince",
    ),
    Formula.ACCURACY: (
        "close date; the forecast as of then",
        "8,000 forecast, 10,000 won: 80 %; 25,000 forecast: 0 %",
        "months in which nothing was won",
        "",
    ),
    Formula.SUM: ("the day that the chart says", "500 + 700 = 1,200", "amounts of other currencies", ""),
    Formula.MEAN: (
        "the day that the chart says",
        "500 and 700, one empty: 600",
        "amounts of other currencies; what is not filled in",
        "",
    ),
}


def formulas() -> str:
    """Every formula in the words in which a person is told."""
    lines = [
        "| how it is made | date | example | leaves out | known from |",
        "| --- | --- | --- | --- | --- |",
    ]
    for formula in Formula:
        lines.append(f"| {formula.value} | {' | '.join(TOLD[formula])} |")
    return "\n".join(lines)
