"""One person or firm by its name beyond doubt: what a key may take for the same. `names` is for warnings. Pure."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from crm_data.alike.names import UMLAUTS
from crm_data.finding.plain import WORD, plain

# Legal forms that are nobody's surname, and what each is written as too.
_FORMS = {
    form: words[0]
    for words in (
        ("gmbh", "gesmbh", "mbh"), ("ggmbh",), ("ag",), ("kg",), ("kgaa",), ("ohg",), ("ug",), ("gbr",), ("ev",),
        ("eg",), ("ltd", "limited"), ("llc",), ("llp",), ("inc", "incorporated"), ("corp", "corporation"),
        ("plc",), ("pty",), ("pte",), ("sasu",), ("sarl",), ("eurl",), ("srl",), ("srls",), ("ltda",), ("lda",),
        ("eireli",), ("bv",), ("nv",), ("vof",), ("bvba",), ("ab",), ("oy",), ("oyj",), ("aps",), ("eood",),
        ("kft",), ("zrt",), ("nyrt",), ("spzoo",), ("jsc",), ("pjsc",), ("ojsc",), ("ооо",), ("оао",), ("зао",),
        ("пао",),
    )
    for form in words
}  # fmt: skip
# These are names as well, as in Maria Sá and Nils Ek, and forms only with dots, as S.A. and e.K., or after an "&".
_DOUBTFUL = frozenset(
    (
        "sa",
        "ek",
        "co",
        "cie",
        "as",
        "asa",
        "se",
        "sas",
        "spa",
        "snc",
        "sci",
        "sl",
        "slu",
        "cv",
        "kk",
        "dd",
        "doo",
    )
)
_LINKS = frozenset(("&", "and", "und", "et", "y", "e"))
_DOTS = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2,}|(?<![^\W_])[^\W\d_](?:[./][^\W\d_])+(?![^\W_])")
_SP = re.compile(r"sp\.?\s+z\.?\s*o\.?\s*o\.?\s*$", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+\.?|&|,")


@dataclass(frozen=True)
class Called:
    """A name as it may be meant. `ways`: the words it may stand for, also without its legal `form`.

    `usual`: those of them by which two that are one are called alike in most cases.

    None where it has no word.
    """

    ways: frozenset[str] = frozenset()
    form: str = ""
    usual: str = ""


def same(one: Called, other: Called) -> bool:
    """Whether two are one beyond doubt: the same words in order, and no other legal form."""
    return bool(one.ways & other.ways) and (not one.form or not other.form or one.form == other.form)


@lru_cache(maxsize=20_000)
def firm(name: str) -> Called:
    """A name of a person or a firm, which may end in a legal form."""
    said = _DOTS.sub(lambda dotted: _dotless(dotted[0]), _SP.sub("spzoo", name))
    found = whole = _TOKEN.findall(said)
    form: list[str] = []
    while len([word for word in found if word not in "&,"]) > 1:
        *rest, last = found
        word = plain(last.rstrip("."))
        linked = bool(rest) and plain(rest[-1]) in _LINKS
        if word in _FORMS or (word in _DOUBTFUL and (last.endswith(".") or linked)):
            form.insert(0, _FORMS.get(word, word))
            found = rest
        elif last in "&," or (form and word in _LINKS):
            found = rest
        else:
            break
    read = _read(found, " ".join(form))
    return replace(read, ways=read.ways | _read(whole, "").ways) if form else read


@lru_cache(maxsize=20_000)
def person(name: str) -> Called:
    """A person's name: nobody bears a legal form."""
    return _read(_TOKEN.findall(name), "")


def _dotless(dotted: str) -> str:
    """'S.p.A.' as one word, with a dot behind it that says that it had some."""
    return f"{''.join(c for c in dotted if c.isalpha())}. "


def _read(tokens: list[str], form: str) -> Called:
    """The words as they are and with umlauts written out; a name before a comma may stand behind."""
    words = [token.rstrip(".") for token in tokens if token not in "&,"]
    ways = [words]
    if tokens.count(",") == 1:
        at = tokens.index(",")
        last, first = ([t.rstrip(".") for t in part if t != "&"] for part in (tokens[:at], tokens[at + 1 :]))
        ways.append([*first, *last])
    out = [_words(" ".join(way).lower().translate(UMLAUTS)) for way in ways]
    return Called(frozenset(filter(None, (*(_words(" ".join(way)) for way in ways), *out))), form, out[-1])


def _words(said: str) -> str:
    return " ".join(WORD.findall(plain(said)))
