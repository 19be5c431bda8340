"""The sales stages: their names, how likely and how sure they are, and how long a deal should stay."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from crm_data import Figure, Query, StageRules, Workspace, new_act, words
from crm_data.accounts.stages import CLOSED, FIELDS, MOST_DAYS
from crm_data.tables.deal import Category
from crm_data.tables.stage_rules import StageRule
from dashboard.known import known
from dashboard.parts import figures, say
from dashboard.parts.acts import announce, done, show_refusal
from dashboard.parts.undo import did

PLACE = "stages"


def stages_panel(my: Workspace) -> None:
    """A line a stage, and beside its probability the share that was won of the deals that stood there."""
    rules = my.stages.get()
    _shown(my, rules)
    query = Query(zone=say.zone())
    seen = known(my, "stage_rates", (query,), lambda: my.numbers.stage_rates(query))
    with st.form(PLACE, border=False, enter_to_submit=False):
        for rule in rules.each:
            _line(my, rule)
        show_refusal(PLACE)
        st.form_submit_button("Save stages", type="primary", on_click=_save, args=(my, rules))
    st.caption(
        "An empty name is the usual one. A deal that stays so many days in a stage is stalled; 0 is never. "
        "Probabilities count for deals that come into the stage from now on; those that stand there keep theirs. "
        "What is needed is asked for when a deal comes into the stage. "
        "Open deals of an omitted stage are in no number of the forecast."
    )
    _observed(my, rules, seen)


def _shown(my: Workspace, rules: StageRules) -> None:
    """The fields hold what is kept; what was set otherwise since they were drawn, as by an undo, is taken anew."""
    before: StageRules = st.session_state.get(f"{PLACE}.drawn", rules)
    for old, rule in zip(before.each, rules.each, strict=True):
        for name in FIELDS:
            key, held = _key(rule.stage, name), getattr(rule, name)
            if key not in st.session_state or getattr(old, name) != held:
                known = name != "category" or held in list(Category)
                some = [each for each in held if each in my.stages.requirable] if name == "required" else None
                st.session_state[key] = some if some is not None else held if known else None
    st.session_state[f"{PLACE}.drawn"] = rules


def _line(my: Workspace, rule: StageRule) -> None:
    named, length = words(rule.stage), FIELDS["label"].length
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(named, key=_key(rule.stage, "label"), max_chars=length)
        if rule.stage not in CLOSED:
            odds, days = _key(rule.stage, "probability"), _key(rule.stage, "days")
            st.number_input("Probability %", 0, 100, key=odds, width=150)
            st.number_input("Days expected", 0, MOST_DAYS, key=days, width=150)
            sure = [category.value for category in Category]
            st.selectbox(
                "Forecast", sure, None, key=_key(rule.stage, "category"), format_func=words, width=150
            )
        needed = _key(rule.stage, "required")
        labels = {name: my.deals.fields[name].label for name in my.stages.requirable}
        st.multiselect("Needed", list(labels), key=needed, format_func=labels.__getitem__, width=260)


def _key(stage: str, name: str) -> str:
    return f"{PLACE}.{stage}.{name}"


def _save(my: Workspace, rules: StageRules) -> None:
    wishes: dict[tuple[str, str], tuple[Any, Any]] = {}
    act = new_act()
    for rule in rules.each:
        for name in FIELDS:
            key, held = _key(rule.stage, name), getattr(rule, name)
            said = st.session_state.get(key, held)
            said = _needed(my, held, said) if name == "required" else said
            if said != held:
                wishes[rule.stage, name] = (held, said)
    if not wishes:
        announce("Nothing was changed.", "info")
    elif done(PLACE, lambda: my.stages.change(wishes, act)):
        for stage, name in wishes:  # the fields show what is kept
            st.session_state.pop(_key(stage, name), None)
        did(my, "Stages saved.", act)


def _needed(my: Workspace, held: tuple[str, ...], said: Sequence[str]) -> tuple[str, ...]:
    """What is chosen, in order; a hidden field that was asked for stays, though it is not shown."""
    known = my.stages.requirable
    return (
        *(name for name in known if name in said),
        *(name for name in held if name not in known),
    )


def _observed(my: Workspace, rules: StageRules, seen: list[Figure]) -> None:
    """What was won of the deals that stood in each stage, how many they are, and an offer to take it."""
    open_ = [rule for rule in rules.each if rule.stage not in CLOSED]
    lines: list[tuple[str, list[figures.Cell]]] = [
        (rule.label, [figure, (figure, f"{figure.count:,}")])
        for rule, figure in zip(open_, seen, strict=True)
    ]
    figures.matrix(my, ("Stood in the stage, closed since", "Won", "Deals"), lines, "stage_rates")
    with st.container(horizontal=True):
        for rule, figure in zip(open_, seen, strict=True):
            share = None if figure.value is None else round(float(figure.value) * 100)
            if share is not None and share != rule.probability:
                st.button(
                    f"{say.plain(rule.label)}: take {share} % (n = {figure.count:,})",
                    key=_key(rule.stage, "take"),
                    on_click=_take,
                    args=(my, rule.stage, rule.probability, share),
                )


def _take(my: Workspace, stage: str, held: int, share: int) -> None:
    act = new_act()
    if done(PLACE, lambda: my.stages.change({(stage, "probability"): (held, share)}, act)):
        st.session_state.pop(_key(stage, "probability"), None)
        did(my, f"{my.scope.stages.label(stage)} has {share} % now.", act)
