"""One call at a time, looked at from all sides: the answer, every company before and after, and the log of it."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from crm_data import Page, errors
from tests.model.calls import Call, Place, make, scene
from tests.model.reads import Reader
from tests.model.results import Answer, answer
from tests.model.rules import Wrong, may_call, may_change
from tests.model.world import ACTS, Dump, Row, World
from tests.model.writes import Writer
from tests.support.kinds import KINDS

MODELLED = {
    "Records.add",
    "Records.add_all",
    "Records.change",
    "Records.change_many",
    "Records.replace_many",
    "Records.archive",
    "Records.restore",
    "Leads.convert",
    "Deals.move",
    "Tasks.complete",
    "Tasks.reopen",
    "Tasks.reschedule",
    "Activities.log",
    "Activities.pin",
    "Members.change_role",
    "Members.end",
    "Members.bring_back",
    "Profile.change",
}
# What is a person's habit, a way of looking, or the end of the log itself, and no record of the company.
UNLOGGED = {"chain_heads", "grid_layouts", "kept_imports", "looks", "views"}
# Where the chain of the log ends: no rule of a verb says it, it is held against the acts themselves.
CHAIN = "chain_heads"
STAMPS = {"updated_at", "version"}
ERASING = ("Changes.undo", "Changes.go_back", "Trash.erase")


class Checked:
    """A world under a model. `step` makes one call and fails on anything that is not as the model says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.before: Dump = world.dump()
        self.earlier = self.before  # as it was when the last call came
        self.outside = world.outside()
        self.places: dict[int, list[Place]] = {id_: [] for id_ in world.companies}
        self.sentences: dict[str, Any] = {}
        self.done: Counter[tuple[str, bool]] = Counter()

    def step(self, verb: str, dice: random.Random) -> None:
        """Somebody does something."""
        self.world.tick(dice.randint(1, 7_000))
        here = scene(self.world, self.before, dice, [])
        here.places = self.places[here.company]
        call = make(verb, here)
        self.earlier = self.before
        found = answer(self.world, call)
        self.done[verb, found.refused is None] += 1
        self._walls(call, found)
        if call.writes or dice.random() < 0.1:
            # At the end of all everything is read once more, the logs as well.
            known = None if verb == "Trash.erase" else self.before  # it alone changes lines that are written
            after, outside = self.world.dump(known=known), self.world.outside()
            try:
                self._written(call, found, after, outside)
            finally:
                self.before, self.outside = after, outside
        if not (call.writes and call.verb in MODELLED):
            self._read(call, found)

    def _walls(self, call: Call, found: Answer) -> None:
        """No word of another company is in what is seen, or said."""
        shown = repr(found.compared()) + repr(found.raw)
        if isinstance(found.raw, Page):
            shown += found.raw.frame().to_csv()
        for id_, canary in self.world.companies.items():
            assert id_ == call.company or canary not in shown
        if found.refused is errors.NotFound:  # what is another's and what never was sound the same
            assert self.sentences.setdefault(call.verb, found.sentence) == found.sentence

    def _written(self, call: Call, found: Answer, after: Dump, outside: dict[str, list[Row]]) -> None:
        """Nobody else's rows are touched; nothing at all by a refused call, or one that only reads."""
        for id_ in self.world.companies:
            if id_ != call.company or found.refused or not call.writes:
                assert after[id_] == self.before[id_]
        if found.refused or not call.writes:
            assert outside == self.outside
            if call.writes:
                self._judge(call, found, after)
            return
        self._logged(call, after)
        self._judge(call, found, after)

    def _logged(self, call: Call, after: Dump) -> None:
        """Each changed row, what follows from others too, has one line in the log; the act has one change set."""
        old, new = self.before[call.company], after[call.company]
        lines = [line for id_, line in new["change_log"].items() if id_ not in old["change_log"]]
        sets = [line for id_, line in new["change_sets"].items() if id_ not in old["change_sets"]]
        assert len(sets) == (1 if lines else 0), "an act that writes is one change set, and one only"
        assert all(line["user_id"] == call.user for line in [*lines, *sets])
        assert {line["act_id"] for line in lines} == {one["act_id"] for one in sets}
        assert [head["number"] for head in new[CHAIN].values()] == [len(new["change_sets"])] * bool(
            new[CHAIN]
        )
        assert not sets or [head["link"] for head in new[CHAIN].values()] == [one["link"] for one in sets]
        changed: dict[tuple[str, int], set[str]] = {}
        for table in new:
            if table in ACTS or table in UNLOGGED:
                continue
            gone = set(old[table]) - set(new[table])
            assert not gone or call.verb in ERASING, "nothing is erased by any other verb"
            changed |= {(table, id_): set() for id_ in gone}
            for id_, row in new[table].items():
                was = old[table].get(id_)
                if was != row:
                    differ = {name for name in row if was is None or was[name] != row[name]}
                    changed[table, id_] = differ - STAMPS - {"company_id"}
        said: dict[tuple[str, int], set[str]] = {}
        for line in lines:
            about = said.setdefault((line["table_name"], line["row_id"]), set())
            about |= set(line["after"] or {})
        assert set(said) - {about for about in said if about[0] in ACTS} == set(changed)
        for about, names in changed.items():
            if about[1] in old[about[0]] and about[1] in new[about[0]]:
                # Who archives a row may be whom it names already: it is said, and nothing of it changes.
                assert said[about] - {"archived_by"} == names - {"archived_by"}
        said = {about: names for about, names in said.items() if about[0] not in ACTS}  # titles that went
        if call.verb not in ("Leads.convert", *ERASING):
            assert len(lines) == len(said)
        for one in sets:
            assert {t: n for t, n in one["counts"].items() if t not in ACTS} == Counter(t for t, _ in said)
            assert one["title"]

    def _judge(self, call: Call, found: Answer, after: Dump) -> None:
        old, new = self.before[call.company], after[call.company]
        if not may_call(call.verb, call.role):
            assert found.refused is errors.NotAllowed
            return
        if call.verb == "Workspace.commit_import":
            self._imported(call, found, after)
            return
        if call.verb == "Trash.erase":
            self._erased(call, found, after)
            return
        if call.verb not in MODELLED:
            return
        judged = set(new) - {*ACTS, CHAIN}
        fresh = {name: sorted(set(new[name]) - set(old[name])) for name in judged}
        writer = Writer(call, old, self.world.moment, fresh, undone=found.refused is not None)
        value, refused = _tried(writer.run)
        assert (found.refused and found.refused.__name__) == refused, (refused, found.sentence)
        if refused:
            return
        assert not any(fresh.values()), f"rows that no rule asks for: {fresh}"
        for name, table in writer.tables.items():
            if name in judged:
                for id_, row in table.items():
                    assert new[name][id_] == row
        if call.verb == "Deals.move":
            value = {name: value[name] for name in found.value}
        assert found.value == value

    def _imported(self, call: Call, found: Answer, after: Dump) -> None:
        """The report counts what happened: new and changed rows of the kind, and only of it."""
        if found.refused is not None:
            return
        kind, report = call.said["kind"], found.raw
        old, new = self.before[call.company], after[call.company]
        assert len(new[kind]) - len(old[kind]) == report.created
        assert sum(new[kind][id_] != row for id_, row in old[kind].items()) == report.updated
        total = call.said["data"].count(b"\r\n") - 1
        assert report.created + report.updated + report.unchanged + len(report.refused) <= total
        about = {"activities"} if kind in ("deals", "leads") else set()
        about |= {"deal_stage_history"} if kind == "deals" else set()
        for name in set(KINDS) - {kind} - about:
            assert len(new[name]) == len(old[name])

    def _read(self, call: Call, found: Answer) -> None:
        if not may_call(call.verb, call.role):
            assert found.refused is errors.NotAllowed
            return
        if call.verb in (
            "Workspace.read_file",
            "Workspace.guess",
            "Workspace.rehearse",
            "Workspace.strangers",
            "Workspace.kept_import",
            "Workspace.commit_import",
        ):
            return  # a file may be refused for many reasons: its own tests know them
        if call.verb == "Numbers.chart" and call.said["name"] == "none":
            assert found.refused is errors.NotFound
            return
        if call.verb in ("Goals.set", "Submissions.give", "ExchangeRates.set", "ExchangeRates.remove"):
            return  # what they make of what is typed is known in tests/nouns
        if call.verb.startswith("Members.") and call.writes:
            return
        if call.verb.startswith("Changes.") and call.verb != "Changes.feed":
            self._act(call, found)
            return
        if call.verb.startswith("Trash."):
            self._away(call, found)
            return
        if "id" in call.said:
            id_, kind = call.said["id"], call.said.get("kind", "deals")
            if type(id_) is not int or id_ not in self.before[call.company][kind]:
                assert found.refused is errors.NotFound
                return
        users = {row["id"]: row for row in self.outside["users"]}
        reader = Reader(call, self.before[call.company], users, self.world.moment)
        _, refused = _tried(lambda: reader.check(found))
        assert (found.refused and found.refused.__name__) == refused, (refused, found.sentence)
        if call.verb == "Records.page" and found.raw is not None:
            self._keep(call, found.raw)

    def _act(self, call: Call, found: Answer) -> None:
        """One's own acts, and those of all for managers; of another company none."""
        sets, sees = self.before[call.company]["change_sets"], call.role in ("manager", "admin")
        if call.verb == "Changes.page":
            own = [id_ for id_, one in sorted(sets.items()) if sees or one["user_id"] == call.user]
            assert [done.id for done in found.raw[0]] == own[::-1][:50]
        elif call.verb in ("Changes.since", "Changes.go_back"):
            assert found.refused in (None, errors.Invalid, errors.ChangedSince)
        elif call.verb in ("Changes.events", "Changes.export"):
            assert found.refused is None
        elif call.verb == "Changes.verify":
            assert found.raw.wrong == ()
            assert found.raw.acts == len(sets)
        elif call.verb == "Changes.put_back":
            kind, id_ = call.said["kind"], call.said["id"]
            row = self.earlier[call.company][kind].get(id_) if type(id_) is int else None
            if row is None:
                assert found.refused is errors.NotFound
            elif not may_change(call.role, call.user, row):
                assert found.refused is errors.NotAllowed
        elif call.verb == "Changes.find":
            name = sets.get(call.said["set"], {"act_id": None})["act_id"]
            mine = [id_ for id_, one in sets.items() if (one["act_id"], one["user_id"]) == (name, call.user)]
            assert found.raw == max(mine, default=None)
        elif call.verb == "Changes.steps":
            for id_, odd in ((found.raw.back, 0), (found.raw.forth, 1)):
                if id_ is not None:
                    assert not any(one["undoes"] == id_ for one in sets.values())
                    first, turns = sets[id_], 0
                    while first["undoes"]:
                        first, turns = sets[first["undoes"]], turns + 1
                    assert (first["user_id"], turns % 2) == (call.user, odd)
                    assert call.said["kind"] in first["counts"]
        elif call.said["id"] not in sets or type(call.said["id"]) is not int:
            assert found.refused is errors.NotFound
        elif not sees and sets[call.said["id"]]["user_id"] != call.user:
            assert found.refused is errors.NotAllowed
        else:
            assert found.refused is None or call.writes

    def _away(self, call: Call, found: Answer) -> None:
        """What is archived; what was erased is judged by `_erased`."""
        old = self.before[call.company]
        away = {kind: {id_ for id_, row in old[kind].items() if row["archived_at"]} for kind in KINDS}
        if call.verb == "Trash.counts":
            assert found.raw == {kind: len(ids) for kind, ids in away.items()}
        elif call.verb == "Trash.page":
            assert {one.id for one in found.raw[0]} <= away[call.said["kind"]]
            assert len(found.raw[0]) == min(len(away[call.said["kind"]]), 50)
        elif call.verb == "Trash.look":
            self._may_go(call, found)

    def _may_go(self, call: Call, found: Answer) -> None:
        kind, id_ = call.said["kind"], call.said["id"]
        row = self.before[call.company][kind].get(id_) if type(id_) is int else None
        expected = errors.NotFound if row is None else None if row["archived_at"] else errors.Invalid
        assert found.refused is expected

    def _erased(self, call: Call, found: Answer, after: Dump) -> None:
        """What was shown is gone, and nothing else."""
        self._may_go(call, found)
        old, new = self.before[call.company], after[call.company]
        if found.refused is None:
            assert call.said["id"] not in new[call.said["kind"]]
            for table in set(old) - set(ACTS) - UNLOGGED:
                assert len(old[table]) - len(new[table]) == found.raw.goes.get(table, 0)

    def _keep(self, call: Call, page: Any) -> None:
        """The cursors of a page, to be followed later."""
        kind, query, places = call.said["kind"], call.said["query"], self.places[call.company]
        if page.next:
            places.append(
                Place(kind, query.first(), page.next, page.rows[-1], page.start - 1 + len(page.rows), True)
            )
        if page.previous:
            places.append(Place(kind, query.first(), page.previous, page.rows[0], page.start - 1, False))
        del places[:-6]


def _tried(what: Callable[[], Any]) -> tuple[Any, str | None]:
    """The model's answer, or the class by which it refuses."""
    try:
        return what(), None
    except Wrong as wrong:
        return None, str(wrong)
