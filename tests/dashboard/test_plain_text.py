"""No text of a person or a file reaches the screen as Markdown: every call in the source is looked at."""

from pathlib import Path

import pytest

from tests.support.plain_text import ROOT, Sources, markdown_parameters, screens

_CODE = (
    "dashboard/errors.py: f'Something went wrong here, and nothing was saved by this step. Try again"
    "; if it happens again, tell whoever runs this installation the code {code}.'"
)
# What the search cannot see to be sure, and why it is.
KNOWN = {
    "dashboard/menu.py: screen.title": "titles of screens, written in that file",
    _CODE: "letters and digits that were drawn by lot",
    "dashboard/parts/csv_alike.py: f'Row {each.row:,}, {say.plain(each.title[:80])}: {_like(each)}'": (
        "names made plain, in a link to a record by its number"
    ),
    "dashboard/parts/csv_panel.py: label": "four words in a tuple above the loop",
    "dashboard/parts/csv_run.py: run.told": "one of two sentences at the top of that file",
    "dashboard/parts/csv_rows.py: named.__getitem__": "four words with their counts, in a dictionary above",
    "dashboard/parts/listing.py: f'No {self.noun}{self._selected(query)}. Choose another selection above.'": (
        "names of presets, written in pages/"
    ),
    "dashboard/parts/record.py: f':gray[{kind.capitalize()}]{_stands(my, records, row)}'": (
        "a day of the calendar, or a number of days, in a colour"
    ),
    "dashboard/parts/first_steps.py: f':material/{step.icon}: **{step.title}**'": "steps written in that file",
    "dashboard/parts/first_steps.py: step.button": "steps written in that file",
    "dashboard/parts/first_steps.py: step.why": "steps written in that file",
    "dashboard/parts/record.py: views": "names of views, written where they are put together",
    "dashboard/parts/record.py: when(task)": "a day of the calendar in a colour",
    "dashboard/parts/breakdown.py: my": "keys of what is broken down by, which are shown by labels made plain",
    "dashboard/parts/trash.py: chosen": "of what is chosen nothing is shown but how many there are",
    "dashboard/parts/trash.py: found": "ids, which are shown by names made plain",
    "dashboard/parts/related.py: _what_it_says(my, records, row, page.names)": "names made plain; a coloured day",
}


@pytest.mark.slow
def test_every_text_is_sure_to_be_plain() -> None:
    found = set(screens().unsure())
    assert found - KNOWN.keys() == set()
    assert KNOWN.keys() - found == set()


def test_streamlit_still_tells_which_parameters_are_markdown() -> None:
    found = markdown_parameters()
    for name in ("button", "markdown", "caption", "error", "toast", "dialog", "expander", "radio", "metric"):
        assert found[name], name
    assert not any(parameter == "unsafe_allow_html" for parameter, _ in found["markdown"])
    assert any(parameter == "help" for parameter, _ in found["TextColumn"])


@pytest.mark.parametrize(
    "line",
    [
        "st.button(row['name'])",
        "st.caption(f'{count:,} of {name}')",
        "st.error(str(refused))",
        "st.text_input('City', help=name)",
        "st.radio('Which', names)",
        "st.radio('Which', [1, 2], format_func=lambda n: names[n])",
        "label = row['name']\n    st.checkbox(label)",
        "for label in names:\n        st.checkbox(label)",
        "left, right = st.columns(2)\n    left.markdown(name)",
        "helper(name)",
        "pass\ndef alone(text: str):\n    st.button(text)",
        "st.dialog(name)",
        "st.column_config.TextColumn('City', help=name)",
        "st.markdown(' '.join(names))",
        "st.toast(made(name))",
    ],
)
def test_what_is_not_plain_is_found(line: str) -> None:
    before = (
        "import streamlit as st\ndef helper(label: str):\n    st.button(label)\ndef made(x):\n    return x\n"
    )
    text = f"{before}def page(row, names, refused):\n    name = row['name']\n    count = 1\n    {line}\n"
    assert Sources({Path("page.py"): text}).unsure()


@pytest.mark.parametrize(
    "line",
    [
        "st.button('Save')",
        "st.caption(f'{count:,} of {say.plain(name)}')",
        "st.radio('Which', ['a', 'b'])",
        "st.radio('Which', names, format_func=say.plain)",
        "label = say.plain(row['name'])\n    st.checkbox(label)",
        "helper(say.plain(name))",
        "st.text(name)",
        "st.selectbox('Which', names)",
    ],
)
def test_what_is_plain_is_let_be(line: str) -> None:
    before = "import streamlit as st\ndef helper(label: str):\n    st.button(label)\nhelper('Save')\n"
    text = f"{before}def page(row, names):\n    name = row['name']\n    count = 1\n    {line}\n"
    assert Sources({Path("page.py"): text}).unsure() == []


@pytest.mark.slow
def test_what_is_shown_letter_by_letter_is_not_made_plain() -> None:
    """A choice in a list would be read with the backslashes that keep Markdown away."""
    assert screens().escaped() == []


@pytest.mark.parametrize(
    "line",
    [
        "st.selectbox('Which', names, format_func=say.plain)",
        "st.multiselect('Which', names, format_func=lambda n: say.plain(n))",
        "st.selectbox('Which', [say.plain(n) for n in names])",
        "kept = {n: say.plain(n) for n in names}\n    st.selectbox('Which', list(kept), format_func=kept.get)",
        "kept = {}\n    kept |= {1: say.plain(name)}\n    st.multiselect('Which', names, format_func=kept.get)",
    ],
)
def test_what_is_made_plain_for_nothing_is_found(line: str) -> None:
    text = f"import streamlit as st\ndef page(row, names):\n    name = row['name']\n    {line}\n"
    assert Sources({Path("page.py"): text}).escaped()
    assert not Sources(
        {Path("page.py"): text.replace("say.plain", "str").replace("multiselect", "pills")}
    ).escaped()


@pytest.mark.slow
def test_all_screens_are_looked_at() -> None:
    looked = {path.relative_to(ROOT).as_posix() for path in screens().trees}
    assert {"pages/customers.py", "dashboard/header.py", "dashboard/parts/csv_panel.py"} <= looked
