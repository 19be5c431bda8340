"""import: bring the rows of a CSV file or a workbook into a company."""

import argparse
import sys
from pathlib import Path

from crm_data import Workspace
from crm_data.cli.common import Commands, acting_arguments, command, opened, scope_of
from crm_data.errors import Invalid
from crm_data.store.amounts import COMMA, POINT
from crm_data.store.days import DATES
from crm_data.transfer import hints
from crm_data.transfer.by_file import UNMATCHED, Choices, import_file
from crm_data.transfer.letters import Undecided
from crm_data.transfer.plan import Blanks, Lookalikes, Mode, Newer

_MODES = {"both": Mode.BOTH, "create": Mode.CREATE, "update": Mode.UPDATE}
_BLANKS = {"leave": Blanks.LEAVE, "clear": Blanks.CLEAR}
_DATES = {order.replace("iso", "year-first"): order for order in DATES}
_NUMBERS = {"point": POINT, "comma": COMMA}
_UNMATCHED = {word: unmatched for unmatched, word in UNMATCHED.items()}
_LOOKALIKES = {"add": Lookalikes.ADD, "leave": Lookalikes.LEAVE}
_NEWER = {"leave": Newer.LEAVE, "file": Newer.FILE}


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "import",
        run,
        "Import a CSV file or a workbook into a company; what is not told is guessed and printed",
        "import accounts.csv --company 1 --map account=name --key name --dry-run",
    )
    parser.add_argument(
        "file",
        type=Path,
        help="the CSV, XLSX, XLS or ODS file; refused rows go to NAME.refused.csv beside it",
    )
    parser.add_argument("--table", choices=Workspace.kinds, default="customers", help="customers unless told")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--mode", choices=_MODES, help="create and update records, or only one of them")
    parser.add_argument("--key", help="fields by which a row finds its record: name, or name,city, or row")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_heading,
        metavar="HEADING=FIELD",
        help="where a column goes: a field, id, imported (kept beside the record), or nothing",
    )
    parser.add_argument(
        "--fill",
        action="append",
        default=[],
        type=_field,
        metavar="FIELD=TEXT",
        help="for new records without a value",
    )
    parser.add_argument(
        "--empty", action="append", default=[], metavar="WORD", help="a word that means empty, like null"
    )
    parser.add_argument("--blanks", choices=_BLANKS, help="what an empty cell does to a record that is there")
    parser.add_argument(
        "--unmatched",
        choices=_UNMATCHED,
        help="names nobody knows: refuse the row, leave empty (the word is kept beside the record), add as a"
        " former colleague, make a customer",
    )
    parser.add_argument(
        "--word",
        action="append",
        default=[],
        type=_word,
        metavar="HEADING=WORD=VALUE",
        help="what a word of a column means here; an empty VALUE keeps it beside the record",
    )
    parser.add_argument(
        "--newer",
        choices=_NEWER,
        help="records changed here since the file was made: leave them, or take the file's",
    )
    parser.add_argument(
        "--lookalikes",
        choices=_LOOKALIKES,
        help="new rows that look like a record here or like a row before: add them all the same, or leave them",
    )
    parser.add_argument(
        "--source",
        default="",
        help="the system that the ids come from, as Salesforce; the file's name unless told",
    )
    parser.add_argument(
        "--system",
        help="which system's file it is, as 'HubSpot contacts', or none; told by its headings unless said",
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help="go by the file alone, whatever was chosen for an earlier one with the same headings",
    )
    parser.add_argument("--dates", choices=_DATES, help="which part of a date comes first in this file")
    parser.add_argument("--numbers", choices=_NUMBERS, help="which sign stands before decimals in this file")
    parser.add_argument(
        "--zone", default="UTC", help="time zone of days and times that name none; UTC unless told"
    )
    parser.add_argument("--encoding", help="how its letters are written, as utf-8, cp1252 or cp1250")
    parser.add_argument(
        "--sheet", help="of a workbook: the sheet; the first that holds something unless told"
    )
    parser.add_argument("--headings", type=int, metavar="ROW", help="the row that the headings stand in")
    parser.add_argument("--delimiter", help="the sign between cells; 'tab' for a tab")
    acting_arguments(parser, company=True)


def run(args: argparse.Namespace) -> int:
    """Do it. Rows that were refused make the exit code 1; the others are in."""
    with opened() as here:
        records = Workspace(here.store, scope_of(here, args)).records(args.table)
        try:
            outcome = import_file(records, args.file, _choices(args))
        except Undecided as asked:
            first = asked.choices[0].encoding
            raise Invalid(f"{asked} Say which with --encoding, as --encoding {first}.") from None
    for note in outcome.notes:
        print(note)
    print(outcome.report.sentence())
    alike = hints.resembling(outcome.report.resembling, outcome.plan, records)
    for hint in (*outcome.report.hints, *alike):
        print(hint, file=sys.stderr)
    for refusal in outcome.report.refused[:20]:
        print(f"Row {refusal.row}: {refusal.reason}", file=sys.stderr)
    if outcome.refused is not None:
        print(f"The refused rows are in {outcome.refused}.", file=sys.stderr)
    return 1 if outcome.report.refused else 0


def _choices(args: argparse.Namespace) -> Choices:
    return Choices(
        mode=_MODES.get(args.mode, ""),
        key=tuple(args.key.split(",")) if args.key else (),
        blanks=_BLANKS.get(args.blanks, ""),
        dates=_DATES.get(args.dates, ""),
        numbers=_NUMBERS.get(args.numbers, ""),
        unmatched=_UNMATCHED.get(args.unmatched, ""),
        source=args.source,
        newer=_NEWER.get(args.newer, ""),
        lookalikes=_LOOKALIKES.get(args.lookalikes, ""),
        words=tuple(args.word),
        zone=args.zone,
        encoding=args.encoding,
        delimiter={"tab": "\t"}.get(args.delimiter, args.delimiter),
        top=args.headings,
        sheet=args.sheet,
        empty=tuple(args.empty),
        columns=dict(args.map),
        fill=dict(args.fill),
        system="" if args.system == "none" else args.system,
        anew=args.anew,
        dry_run=args.dry_run,
    )


def _heading(text: str) -> tuple[str, str]:
    """A heading and where it goes; the last = divides them, since a heading may hold one."""
    heading, sign, to = text.rpartition("=")
    return _divided(heading, sign, to)


def _field(text: str) -> tuple[str, str]:
    """A field and its text; the first = divides them, since a text may hold one."""
    return _divided(*text.partition("="))


def _word(text: str) -> tuple[str, str, str]:
    """A heading, a word of that column, and what it means; the first and the last = divide them."""
    heading, word = _divided(*text.rpartition("=")[0].partition("="))
    return heading, word, text.rpartition("=")[2]


def _divided(left: str, sign: str, right: str) -> tuple[str, str]:
    if not sign or not left:
        raise argparse.ArgumentTypeError("needs something on the left of a =")
    return left, right
