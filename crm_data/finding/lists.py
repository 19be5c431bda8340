"""Which records may hold the words that are looked for, by the lists alone: best and newest first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sqlalchemy as sa

from crm_data.finding import bits
from crm_data.finding.asked import SHORT, Asked
from crm_data.finding.near import is_near, slips, unhurt
from crm_data.finding.plain import HALF, LONGEST, WORD
from crm_data.store.scope import CompanySession
from crm_data.tables import SearchList, SearchPiece

MOST_WORDS = 300  # that one word of a person's may stand in; of more it is asked in the records alone
_MOST_PLACES = 2 * MOST_WORDS  # a word may hold it more than once
_AT_ONCE = 150  # words of one statement, of which each is two parts or three
_LAST = "\U0010ffff"
# The best first: the word itself in the title, what begins with it there, either of them beside, within, nearly.
_TIERS = 5
Bits = dict[tuple[str, int], int]  # (table, part) -> ids
Step = list[Bits]  # one a tier, each with all of the better ones in it


@dataclass(frozen=True)
class Chosen:
    """A choice of a company's own field: what it is called, and its code, by which records are listed."""

    table: str
    code: str
    words: str

    @property
    def listed(self) -> list[str]:
        """The listed words of a record that has it: all of them, so that few others have them too."""
        return WORD.findall(self.code)


def candidates(
    session: CompanySession, asked: Asked, nearly: bool, chosen: Sequence[Chosen] = ()
) -> Mapping[str, Iterator[int]]:
    """Table -> ids of records that may answer. Each must be judged: a list may be older than the record.

    `nearly`: those with slips as well. `chosen`: the choices that are found by what they are called now. One
    statement a word, with slips two, and one for the lists. Beside a longer word one of a letter or two is asked
    in the records alone.
    """
    stands = _stands_in(session, asked, nearly)
    every = {word for words in stands.values() if words is not None for word in words}
    by_choice = {
        word: [(one, how) for one in chosen if (how := asked.within(word, one.words, nearly)) is not None]
        for word in asked.looked_up
    }
    codes = {part for found in by_choice.values() for one, _ in found for part in one.listed}
    lists = listed_in(session, every | codes)
    steps = [_step(reading, stands, lists, by_choice) for reading in asked.readings]
    tables = {table for step in steps for table, _ in step[-1]}
    return {table: _ids(table, steps) for table in sorted(tables)}


def _stands_in(session: CompanySession, asked: Asked, nearly: bool) -> dict[str, list[str] | None]:
    """What is looked up -> the listed words that it stands in; None: in so many that they are not counted."""
    made: dict[str, list[str] | None] = {}
    common: dict[str, list[str]] = {}
    longer = any(len(word) > SHORT for word in asked.looked_up)
    for word in sorted(asked.looked_up):
        if longer and len(word) <= SHORT:
            made[word] = None
            continue
        found = _words(session, word)
        if len(found) > MOST_WORDS:
            common[word] = found
        made[word] = (
            None if word in common else [*found, *(near_words(session, word, found) if nearly else ())]
        )
    if common and all(held is None for held in made.values()):
        longest = max(common, key=len)  # one must be looked for, and it is the rarest
        made[longest] = common[longest]
    return made


def _words(session: CompanySession, word: str) -> list[str]:
    """Listed words that begin with one of a letter or two, or hold a longer one: it begins an end of them.

    The word itself comes first, so that it is there however many there are; more than are counted are cut off.
    """
    if len(word) <= SHORT:
        listed = SearchList.word
        wanted = sa.select(listed).where(begins(listed, word)).distinct().order_by(listed)
    else:
        listed, piece = SearchPiece.word, SearchPiece.piece
        wanted = sa.select(listed).where(begins(piece, word[:HALF])).order_by(piece, listed)
    return list(dict.fromkeys(session.scalars(wanted.limit(_MOST_PLACES))))[: MOST_WORDS + 1]


def near_words(session: CompanySession, word: str, known: Sequence[str]) -> list[str]:
    """Listed words that are nearly it."""
    seen = set(known)
    return [one for one in near_of(session, [word])[word] if one not in seen][:MOST_WORDS]


def near_of(session: CompanySession, words: Sequence[str]) -> dict[str, list[str]]:
    """Of each word, the listed words that are nearly it. A statement for each 150 of them."""
    found: dict[str, list[str]] = {word: [] for word in words}
    asked = {word: unhurt(word[:LONGEST]) for word in words if slips(word)}
    piece = SearchPiece.piece
    from_ = sa.func.length(SearchPiece.word) - sa.func.length(piece)
    every = list(asked)
    for begin in range(0, len(every), _AT_ONCE):
        some, parts = every[begin : begin + _AT_ONCE], []
        for part, start, end in {part for word in some for part in asked[word]}:
            there = sa.or_(from_.between(start, end), sa.func.length(piece) == HALF)
            parts.append(sa.and_(begins(piece, part), there))
        listed = list(session.scalars(sa.select(SearchPiece.word).where(sa.or_(*parts)).distinct()))
        for word in some:
            short, most = word[:LONGEST], slips(word)
            held = [one for one in listed if any(part in one for part, _, _ in asked[word])]
            found[word] = [one for one in held if is_near(short, one, most)]
    return found


def begins(column: Any, word: str) -> sa.ColumnElement[bool]:
    return sa.and_(column >= word, column < word + _LAST)


def listed_in(session: CompanySession, words: set[str]) -> dict[str, list[tuple[str, bool, int, int]]]:
    """Word -> (table, in the title, part, ids)."""
    found: dict[str, list[tuple[str, bool, int, int]]] = defaultdict(list)
    if words:
        held = SearchList
        wanted = sa.select(held.word, held.table_name, held.titled, held.part, held.ids)
        for word, table, titled, part, ids in session.execute(wanted.where(held.word.in_(sorted(words)))):
            found[word].append((table, titled, part, bits.unpacked(ids)))
    return found


def _step(
    reading: Sequence[str],
    stands: Mapping[str, list[str] | None],
    lists: Mapping[str, list[tuple[str, bool, int, int]]],
    by_choice: Mapping[str, Sequence[tuple[Chosen, int]]],
) -> Step:
    """The records that hold every word of a reading, tier by tier."""
    known = [(word, held) for word in reading if (held := stands[word]) is not None]
    if not known:
        return [{} for _ in range(_TIERS)]
    each = [_with_choices(_of_word(word, held, lists), by_choice[word], lists) for word, held in known]
    return [reduce(_both, (one[tier] for one in each)) for tier in range(_TIERS)]


def _both(one: Bits, other: Bits) -> Bits:
    return {key: shared for key in one.keys() & other.keys() if (shared := one[key] & other[key])}


def _of_word(word: str, held: Sequence[str], lists: Mapping[str, list[tuple[str, bool, int, int]]]) -> Step:
    made: Step = [{} for _ in range(_TIERS)]
    for one in held:
        begins = one.startswith(word[:LONGEST])
        within = 3 if word[:HALF] in one else 4
        for table, titled, part, ids in lists.get(one, ()):
            best = 0 if titled and one == word else 1 if titled and begins else 2 if begins else within
            for tier in range(best, _TIERS):
                made[tier][table, part] = made[tier].get((table, part), 0) | ids
    return made


def _with_choices(
    made: Step,
    found: Sequence[tuple[Chosen, int]],
    lists: Mapping[str, list[tuple[str, bool, int, int]]],
) -> Step:
    """With the records that have one of these choices: beside the title, so never among the first two tiers."""
    for one, how in found:
        held: list[Bits] = []
        for word in one.listed:
            held.append({})
            for table, _, part, ids in lists.get(word, ()):
                if table == one.table:
                    held[-1][table, part] = held[-1].get((table, part), 0) | ids
        for key, ids in reduce(_both, held).items():
            for tier in range(max(how + 1, 2), _TIERS):
                made[tier][key] = made[tier].get(key, 0) | ids
    return made


def _ids(table: str, steps: Sequence[Step]) -> Iterator[int]:
    """The ids of one table, each once."""
    given: dict[int, int] = defaultdict(int)
    for tier in range(_TIERS):
        here: dict[int, int] = defaultdict(int)
        for step in steps:
            for (name, part), ids in step[tier].items():
                if name == table:
                    here[part] |= ids
        for part in sorted(here, reverse=True):
            yield from bits.newest(part, here[part] & ~given[part])
            given[part] |= here[part]
