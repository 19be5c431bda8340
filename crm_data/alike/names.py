"""Names as people mean them: without case, accents and legal forms, and how near two of them are. Pure."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from crm_data.finding.plain import WORD, plain

# Letters of two names that are the same, of a hundred, from which on the names are called similar.
SIMILAR = 90
_SHORTEST = 5  # letters of a name below which only the same one is meant
# "S.p.A." is one word, and so is "e. K."
_DOTTED = re.compile(r"(?<![^\W_])([^\W\d_])\.\s?(?=[^\W\d_](?:\.|(?![^\W_])))")
_BEHIND = frozenset((
    "gmbh", "ggmbh", "mbh", "gesmbh", "ag", "kg", "kgaa", "ohg", "og", "ug", "gbr", "ek", "ev",
    "eg", "se", "haftungsbeschrankt", "ltd", "limited", "llc", "llp", "lp", "inc", "incorporated",
    "corp", "corporation", "co", "company", "cie", "plc", "pty", "pte", "sa", "sas", "sasu", "sarl",
    "eurl", "snc", "sci", "srl", "srls", "spa", "sapa", "sl", "slu", "cv", "lda", "ltda", "eireli",
    "bv", "nv", "vof", "bvba", "ab", "hb", "as", "asa", "aps", "oy", "oyj", "sro", "doo", "dd",
    "ood", "eood", "kft", "zrt", "nyrt", "bt", "spzoo", "jsc", "pjsc", "ojsc", "anonim", "sirketi",
    "sti", "sanayi", "ticaret", "san", "tic", "kk", "gk", "bhd", "sdn", "ооо", "оао", "зао", "пао",
    "ао", "ип", "тов",
))  # fmt: skip
_BEFORE = frozenset(["the", "firma", "fa", "ооо", "оао", "зао", "пао", "ао", "ип", "тов", "pt"])
_BETWEEN = frozenset(["and", "und", "et", "y", "e", "ve", "og", "och", "en", "i"])
# What an umlaut is written as where there is none on the keyboard; both are one here.
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WRITTEN_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without what says only of which form the firm is; at least one, where it has any."""
    found = WORD.findall(plain(_DOTTED.sub(r"\1", name)))
    while len(found) > 1 and found[0] in _BEFORE:
        found = found[1:]
    while (left := _without_form(found)) != found:
        found = left
    return tuple(map(_contracted, found))


def asked_for(name: str) -> set[str]:
    """The words by which records with such a name are found in the lists: as written, and as umlauts are."""
    kept = set(words_of(name))
    written = WORD.findall(plain(name))
    out = WORD.findall(plain(name.lower().translate(UMLAUTS)))
    every = {word for word in (*written, *out) if _contracted(word) in kept} | kept
    if 1 < len(kept) <= 3:
        every.add("".join(words_of(name)))  # "Blue Sky" may be "Bluesky" there
    return every


def same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names have the same words, in any order, or the same letters in a row."""
    return bool(one) and (sorted(one) == sorted(other) or "".join(one) == "".join(other))


def similar(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names are nearly the same. A number in one of them must be in the other: Store 12, Store 13."""
    if _numbers(one) != _numbers(other):
        return False
    ways = [("".join(one), "".join(other)), ("".join(sorted(one)), "".join(sorted(other)))]
    if min(len(text) for text in ways[0]) < _SHORTEST:
        return False
    return any(fuzz.ratio(a, b, score_cutoff=SIMILAR) for a, b in ways)


def _without_form(words: list[str]) -> list[str]:
    """Without the legal form at its end, if there is another word before it."""
    if len(words) < 2:
        return words
    if words[-3:-1] == ["sp", "z"] and len(words) > 3:
        return words[:-3]
    if words[-1] in _BEHIND:
        return _without_link(words[:-1])
    # A/S, S A, z o o: letters that stand alone make the form together.
    at = len(words)
    while at > 1 and len(words[at - 1]) == 1 and words[at - 1].isalpha():
        at -= 1
    if len(words) - at > 1 and "".join(words[at:]) in _BEHIND:
        return _without_link(words[:at])
    return words


def _without_link(words: list[str]) -> list[str]:
    return words[:-1] if len(words) > 1 and words[-1] in _BETWEEN else words


def _contracted(word: str) -> str:
    for long, short in _WRITTEN_OUT:
        word = word.replace(long, short)
    return word


def _numbers(words: tuple[str, ...]) -> list[str]:
    return sorted(word for word in words if any(letter.isdecimal() for letter in word))
