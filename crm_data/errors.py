"""The small family of refusals: each is one human sentence that says what happened and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


class CrmError(Exception):
    """A refusal that a person may read as it stands. Nothing was changed."""

    sentence = "That did not work, and nothing was changed."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)

    def __str__(self) -> str:
        return str(self.args[0])


class NotFound(CrmError):
    """The row does not exist, or belongs to another company: the two are never told apart."""

    sentence = "There is no such record here. It may have been removed, or the link may be wrong."


class NotAllowed(CrmError):
    """The role does not carry the right."""

    sentence = "Your role does not allow this. Ask an admin of your company."


class NotSignedIn(CrmError):
    """Nobody is signed in, or the sign-in has ended."""

    sentence = "You are signed out. Sign in to go on."


class Throttled(CrmError):
    """Too many failed attempts."""

    sentence = "Too many attempts. Wait a few minutes and try again."


class Unavailable(CrmError):
    """The database cannot be reached, is locked, full or read-only."""

    sentence = "The database could not be reached just now. Nothing was changed; try again in a moment."


class DiskFull(Unavailable):
    """There is no room to write; what is there can be read."""

    sentence = "The disk is full. Nothing was changed; make room and try again."


class Fault(Unavailable):
    """The program asked the database for what it cannot answer. `code` finds it in the log."""

    def __init__(self, code: str) -> None:
        super().__init__(
            "Something is wrong in Foyer itself. Nothing was changed; tell whoever runs this installation the code"
            f" {code}."
        )
        self.code = code


class TooMany(CrmError):
    """A person, a company or all together do more of something long at once than there is room for."""


class NotReady(CrmError):
    """The installation is not in a state to serve: settings, schema or role are wrong."""


class BadBackup(CrmError):
    """A file is not, or is no longer, a backup that can be trusted. It was not used."""

    sentence = "This backup cannot be used. Nothing was changed; choose another one."


class NoCompany(CrmError):
    """A company's rows were asked for outside of any company. A fault of the program, never of a person."""

    sentence = "No company was chosen, so nothing was read or changed."


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field. `field` is the column's name, or '' for the whole row."""

    field: str
    sentence: str
    row: int | None = None


class Invalid(CrmError):
    """One or more values were refused; `problems` says which and why."""

    def __init__(self, problems: "Sequence[Problem] | str", field: str = "") -> None:
        self.problems = [Problem(field, problems)] if isinstance(problems, str) else list(problems)
        super().__init__(" ".join(dict.fromkeys(p.sentence for p in self.problems)))

    def called(self, names: Mapping[str, str]) -> "Invalid":
        """The same for a form that has names of its own: declared label -> what the form calls that field."""
        return Invalid([replace(p, sentence=_called(p.sentence, names)) for p in self.problems])


def _called(sentence: str, names: Mapping[str, str]) -> str:
    """A sentence that begins with the label of a field, with the form's name there instead."""
    for label in sorted(names, key=len, reverse=True):
        rest = sentence.removeprefix(label)
        if rest != sentence and not rest[:1].isalnum():
            return names[label] + rest
    return sentence


@dataclass(frozen=True)
class Clash:
    """One field that somebody else changed meanwhile: what was read, what I want, what stands now."""

    id: int
    field: str
    original: Any
    mine: Any
    theirs: Any


class Conflict(CrmError):
    """Somebody else changed the same fields; nothing was written. `clashes` lists them."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = list(clashes)
        count = len(self.clashes)
        what = "One value was" if count == 1 else f"{count} values were"
        super().__init__(
            f"{what} changed by somebody else meanwhile. Nothing was saved; choose which value to keep."
        )


class Recounted(CrmError):
    """A list has another number of rows than whoever acts on all of them was told. `count`: how many there are."""

    def __init__(self, said: int, count: int) -> None:
        self.count = count
        super().__init__(
            f"The list has {count:,} rows by now, not {said:,}. Nothing was changed; look at it and choose again."
        )


class NotAll(Invalid):
    """Of many rows some were refused, and all or nothing was asked for. `refused`: which and why."""

    def __init__(self, refused: Sequence[Any], sentence: str) -> None:
        self.refused = list(refused)
        super().__init__(sentence)


class ChangedSince(CrmError):
    """An undo would leave some of it, which was changed since; nothing was done. `left` lists what and why.

    `rest`: whether there is anything else, which may be taken.
    """

    def __init__(self, left: Sequence[Any], sentence: str, rest: bool) -> None:
        self.left, self.rest = list(left), rest
        super().__init__(sentence)
