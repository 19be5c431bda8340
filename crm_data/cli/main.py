"""The edge of the command line: arguments in, exit code out, every refusal one sentence on stderr."""

import argparse
import logging
import os
import secrets
import sys
import tempfile
import traceback
from collections.abc import Sequence

from crm_data.cli import (
    backup,
    bring_back,
    change,
    check,
    copy,
    deactivate,
    demo,
    erase,
    export,
    fetch_backup,
    go_back,
    import_file,
    invite,
    migrate,
    new_company,
    operator,
    prove_backup,
    reactivate,
    reset_password,
    restore,
    send_backup,
    take_away,
    verify,
)
from crm_data.errors import CrmError
from crm_data.settings import SETTINGS

COMMANDS = (
    migrate,
    demo,
    new_company,
    invite,
    reset_password,
    operator,
    deactivate,
    reactivate,
    import_file,
    export,
    change,
    erase,
    go_back,
    backup,
    verify,
    prove_backup,
    restore,
    send_backup,
    fetch_backup,
    take_away,
    bring_back,
    copy,
    check,
)

_WIDE = max(len(setting.name) for setting in SETTINGS) + 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 when it was done, 1 when it was refused; wrong usage exits with 2."""
    args = parser().parse_args(argv)
    quiet = logging.NullHandler()  # the sentence on stderr says it all
    logging.getLogger("foyer").addHandler(quiet)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except CrmError as refused:
        return _refused(str(refused))
    except KeyboardInterrupt:
        return _refused("Stopped. What was not finished was not kept.", code=130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _refused(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except Exception:  # noqa: BLE001 - the one edge: a code for the person, the traceback in a file
        return _refused(_kept(traceback.format_exc()))
    finally:
        logging.getLogger("foyer").removeHandler(quiet)


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    made = argparse.ArgumentParser(
        prog="python -m crm_data",
        description="Look after an installation of Foyer. Each command has its own --help.",
        epilog="Settings are read from the environment:\n"
        + "\n".join(f"  {s.name:{_WIDE}} {s.help}" for s in SETTINGS)
        + "\n\nExit codes: 0 done, 1 refused or something found wrong, 2 wrong usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for each in COMMANDS:
        each.add(commands)
    return made


def _refused(sentence: str, code: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return code


def _kept(told: str) -> str:
    """Keep a traceback in a private file, and say where."""
    code = secrets.token_hex(4)
    with tempfile.NamedTemporaryFile(
        "w", prefix=f"foyer-{code}-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(told)
    return f"Something went wrong that Foyer does not know (code {code}). The details are in {file.name}."
