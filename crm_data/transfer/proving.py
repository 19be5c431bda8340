"""Proving a backup: it is restored into a database of its own, the way of a restore in earnest, and looked at."""

import time
from pathlib import Path

from crm_data import clock
from crm_data.errors import BadBackup, NotReady, Unavailable
from crm_data.store.migrating import head
from crm_data.transfer.kept import Kept
from crm_data.transfer.manifest import Manifest, read_manifest
from crm_data.transfer.proofs import Proof, proof_path, write_proof
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import Facts, verified_copy


def prove(kept: Kept, backup: Path, workplace: Path) -> Proof:
    """Restore a backup into a database of its own, check and count what stands there then, and keep the proof.

    Raises BadBackup for a backup that is damaged, NotReady where none can be tried here, Unavailable with what was
    not as it should be; then it has no proof any more. Nothing of the live database is touched.
    """
    begun = time.monotonic()
    with verified_copy(backup, workplace, kept.examine) as (copy, verified):
        if verified.untried:
            raise NotReady(f"{backup.name} could not be proved. {verified.untried}")
        try:
            facts = kept.tried(copy, verified)
            _demand_same(facts, verified.manifest, verified.older)
        except BadBackup as error:
            with as_trouble():
                proof_path(backup).unlink(missing_ok=True)
            raise Unavailable(f"{backup.name} was restored to prove it, and failed: {error}") from error
    if facts.untried:
        raise NotReady(f"{backup.name} could not be proved. {facts.untried}")
    manifest = verified.manifest
    taken = time.monotonic() - begun
    # What the backup has was found again; the line that a restore itself writes is none of its rows.
    rows = facts.rows if verified.older else manifest.rows
    proof = Proof(backup.name, manifest.sha256, clock.now(), taken, facts.revision, rows)
    with as_trouble():
        if read_manifest(backup).sha256 == manifest.sha256:
            write_proof(backup, proof)
    return proof


def _demand_same(facts: Facts, manifest: Manifest, older: bool) -> None:
    """Raise BadBackup unless what stands after the restore is what was backed up."""
    if facts.untried:
        return
    if facts.revision != head():
        raise BadBackup(f"it came to revision {facts.revision} and not to {head()}.")
    if older:  # a migration may add rows and take some away; they were counted before it
        return
    # A restore signs everybody out, and tells so in the security log.
    wanted = {**manifest.rows, "sessions": 0, "security_log": manifest.rows.get("security_log", 0) + 1}
    for table in sorted(wanted):
        if facts.rows.get(table) != wanted[table]:
            raise BadBackup(
                f"the table {table} has {facts.rows.get(table, 0):,} rows and should have {wanted[table]:,}."
            )
    if None not in (facts.heads, manifest.heads) and facts.heads != manifest.heads:
        raise BadBackup("the log of a company does not end where it did.")
