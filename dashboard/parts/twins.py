"""A warning before a record is kept that is like another: who that is and why; a second press keeps it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Kind, Lookalike, Records, Workspace
from crm_data.tables import noun
from dashboard.parts import place, say
from dashboard.parts.acts import forget_refusal

# A kind of record, the values of one that is to be kept, and its id where it is there already.
Wanted = tuple[Records, Mapping[str, Any], int | None]


def known(my: Workspace, form: str, wanted: Sequence[Wanted]) -> bool:
    """Whether to ask first: somebody is like what is to be kept, and was not named yet."""
    every = [
        like for records, values, id_ in wanted for like in my.alike.lookalikes(records.name, values, id_)
    ]
    found = list({(like.table, like.id): like for like in every}.values())
    named = st.session_state.get(_key(form), [])
    st.session_state[_key(form)] = found
    if not found or found == named:
        return False
    forget_refusal(form)  # another press, another answer
    return True


def changed(records: Records, row: Mapping[str, Any], pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """What is asked about of a record that is changed: the new values, and what says how they are to be read."""
    if not pairs:
        return {}
    read_by = {name: row[name] for name, field in records.fields.items() if field.kind is Kind.LINK}
    read_by |= {name: row[name] for name in ("country",) if name in row}
    return {**read_by, **{name: new for name, (_, new) in pairs.items()}}


def although(form: str) -> str:
    """What was said and did not keep the person from it, for the log; '' when nothing was."""
    return despite(st.session_state.get(_key(form), []))


def despite(found: Sequence[Lookalike]) -> str:
    """Records that were named, in words for the log: 'customer Acme has the same e-mail'."""
    if not found:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{noun(found[0].table)} {found[0].title} has the {found[0].why}{more}"


def warn(form: str) -> list[Lookalike]:
    """Say who they are, each a link that opens beside this screen."""
    found: list[Lookalike] = st.session_state.get(_key(form), [])
    offer(found)
    return found


def offer(found: Sequence[Lookalike]) -> None:
    """The same of any that were found; nothing where none were."""
    with st.container():  # its place is kept
        if found:
            st.warning(
                "This may be here already. Look whether it is the same, or press once more.",
                icon=":material/group:",
            )
        for one in found:
            who = f"{one.title}, {noun(one.table)}{' (archived)' if one.archived else ''}: {one.why}"
            address = place.record(place.KIND_OF[one.table], one.id)
            st.link_button(say.plain(who), address, icon=":material/open_in_new:")


def of_kind(form: str, table: str) -> list[int]:
    """The ids of those of one kind that are in use: with them what is typed may be merged."""
    found: list[Lookalike] = st.session_state.get(_key(form), [])
    return [like.id for like in found if like.table == table and not like.archived]


def forget(form: str) -> None:
    """Nobody was named yet."""
    st.session_state.pop(_key(form), None)


def _key(form: str) -> str:
    return f"{form}.known"
