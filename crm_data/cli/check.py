"""check: look at the health of the installation."""

import argparse

from crm_data.cli.common import Commands, command, counted, opened
from crm_data.health import check


def add(commands: Commands) -> None:
    """Add the command."""
    command(
        commands,
        "check",
        run,
        "Check structure, references, companies, settings and backups; exit code 1 when something is wrong",
        "check",
    )


def run(args: argparse.Namespace) -> int:
    """Do it: a line a finding, and what they come to."""
    with opened(owner=True, ready=False) as here:
        found = check(here.store, here.settings)
    for finding in found:
        print(f"{'ok  ' if finding.ok else 'WRONG'} {finding.what}: {finding.sentence}")
    wrong = sum(not finding.ok for finding in found)
    asked = counted(len(found), "finding")
    print(f"The check is done: {asked}, of which {wrong} wrong." if wrong else f"All is well: {asked}.")
    return 0 if all(finding.ok for finding in found) else 1
