"""Two people make acts, undo and redo them by chance; a plain model of who wrote which cell knows the outcome.

The model looks at the tables before and after each act, and at no log: a cell holds the acts that wrote it, one
on top of the other. An undo may only lift what its act has put on top, and puts back what was there before.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest

from crm_data import Edit, Workspace, errors
from tests.changes.looking import tables_of
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support import chance
from tests.support.kinds import KINDS
from tests.support.office import Office
from tests.support.soak import size

STEPS = 70
STAGES = ("prospect", "qualified", "proposal", "negotiation")
ROW = ""  # in place of a column: the row itself came or went
Cell = tuple[str, int, str]


@dataclass
class Entry:
    """What one act made of a cell."""

    act: int
    before: Any
    after: Any


@dataclass
class Model:
    """`stacks`: cell -> the acts in it. `lifted`: an undo -> what it took off, and how many lay below."""

    office: Office
    stacks: dict[Cell, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    lifted: dict[int, dict[Cell, tuple[Entry, int]]] = field(default_factory=dict)

    def look(self) -> dict[Cell, Any]:
        """Every cell of the first company, and a mark for each row."""
        tables = tables_of(self.office.store, self.office.companies[0])
        return {
            (table, id_, name): value
            for table in KINDS
            for id_, row in tables[table].items()
            for name, value in [(ROW, True), *row.items()]
        }

    def wrote(self, act: int, before: dict[Cell, Any], after: dict[Cell, Any]) -> None:
        """An act that is no undo: it lies on top of whatever it changed."""
        for cell in changed(before, after):
            self.stacks[cell].append(Entry(act, before.get(cell), after.get(cell)))

    def took_back(
        self, undo: int, act: int, left: bool, before: dict[Cell, Any], after: dict[Cell, Any]
    ) -> None:
        """An undo of an act lifted its own, and nothing else."""
        lifted: dict[Cell, tuple[Entry, int]] = {}
        for cell in changed(before, after):
            stack = self.stacks[cell]
            assert stack, (cell, "nobody wrote it, and an undo did")
            assert stack[-1].act == act, (cell, f"{stack[-1].act} stands here and {act} was undone")
            assert after.get(cell) == stack[-1].before, cell
            entry = stack.pop()
            lifted[cell] = (entry, len(stack))
        if not left:
            still = [cell for cell, stack in self.stacks.items() if any(e.act == act for e in stack)]
            there = [cell for cell in still if (*cell[:2], ROW) in after]
            assert there == [], "it said that nothing is left"
        self.lifted[undo] = lifted

    def did_again(
        self, redo: int, undo: int, left: bool, before: dict[Cell, Any], after: dict[Cell, Any]
    ) -> None:
        """A redo puts what was lifted on top again, where nothing was put since."""
        lifted = self.lifted[undo]
        for cell in changed(before, after):
            assert cell in lifted, (cell, "the undo did not write it, and its redo did")
            entry, below = lifted[cell]
            assert len(self.stacks[cell]) == below, (cell, "somebody has written since")
            assert after.get(cell) == entry.after, cell
            self.stacks[cell].append(Entry(redo, before.get(cell), after.get(cell)))


def changed(before: dict[Cell, Any], after: dict[Cell, Any]) -> list[Cell]:
    """The cells that differ; of a row that came or went the row alone."""
    rows = {cell[:2] for cell in before.keys() ^ after.keys() if cell[2] == ROW}
    cells = [(*row, ROW) for row in sorted(rows)]
    return cells + [c for c in before if c in after and c[:2] not in rows and before[c] != after[c]]


def some_act(my: Workspace, dice: random.Random) -> Any:
    """Something that a person does; often to a record that somebody else has just written."""

    def one(kind: str) -> Any:
        ids = list(my.records(kind).choices())
        return my.records(kind).get(dice.choice(ids[:4])) if ids else None

    kind = dice.choice(["customers", "customers", "deals", "deals", "leads", "tasks"])
    row, what = one(kind), dice.randrange(6)
    if row is None or what == 0:
        makes = {"customers": a_customer, "leads": a_lead, "tasks": a_task}
        customer = one("customers")  # one act makes one thing: the customer of a deal is there already
        return a_deal(my, customer["id"]) if kind == "deals" and customer else makes.get(kind, a_task)(my)
    if what == 1 and kind == "deals":
        return my.deals.move(row["id"], dice.choice(STAGES), row["stage"])
    if what == 2 and kind == "deals":
        other = one("customers")
        return other and my.deals.change(
            [Edit(row["id"], {"customer_id": (row["customer_id"], other["id"])})]
        )
    if what == 3 and kind == "deals":
        said = {"value": "50", "reason": None} if dice.random() < 0.5 else {"reason": "Price"}
        to = "closed_won" if "value" in said else "closed_lost"
        return my.deals.move(row["id"], to, row["stage"], **said)
    if what == 4 and kind in ("customers", "tasks"):
        return my.records(kind).archive([row["id"]])
    if kind == "leads":
        if dice.random() < 0.4:
            return my.leads.convert(row["id"], second=True)
        return my.leads.change(
            [Edit(row["id"], {"status": (row["status"], dice.choice(["new", "contacted"]))})]
        )
    if kind == "tasks":
        return my.tasks.complete(row["id"])
    names = {"customers": ("phone", "city"), "deals": ("notes", "deal_value")}[kind]
    name = dice.choice(names)
    return my.records(kind).change([Edit(row["id"], {name: (row[name], str(dice.randrange(1, 4)))})])


def newest(my: Workspace) -> int:
    """The id of the last act of all; 0 when there is none."""
    done, _ = my.changes.page()
    return done[0].id if done else 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(size(3, 60)))
def test_an_undo_lifts_its_own_and_nothing_else(two: Office, frozen_clock: Any, seed: int) -> None:
    dice = chance.dice(seed)
    people = [two.at(0, "manager"), two.at(0, "sales_rep")]
    boss, elsewhere = people[0], a_customer(two.at(1))
    model = Model(two)
    done = {"act": 0, "undo": 0, "redo": 0, "refused": 0, "partly": 0}
    for _ in range(STEPS):
        my, before, last = dice.choice(people), model.look(), newest(boss)
        frozen_clock.move(seconds=dice.randint(1, 5_000))
        acts = [one for one in boss.changes.page()[0] if one.undone_by is None]
        if acts and dice.random() < 0.45:
            act, rest = dice.choice(acts[:12]), dice.random() < 0.6
            try:
                left = my.changes.undo(act.id, rest)
            except errors.CrmError:
                assert model.look() == before, "what was refused changed nothing"
                done["refused"] += 1
                continue
            after, own = model.look(), newest(boss)
            redo = act.kind == "undo"
            (model.did_again if redo else model.took_back)(own, act.id, bool(left), before, after)
            done["redo" if redo else "undo"] += 1
            done["partly"] += bool(left)
            continue
        try:
            some_act(my, dice)
        except errors.CrmError:
            assert model.look() == before
            continue
        if newest(boss) != last:
            model.wrote(newest(boss), before, model.look())
            done["act"] += 1
    assert two.at(1).customers.get(elsewhere)["name"] == "Firm"
    assert done["act"] > 10, done
    assert done["undo"] > 3, done
    assert done["redo"] > 0 or size(1, 0), done
