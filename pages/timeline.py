"""Timeline: what happened in the company, newest first, and where one logs what happened."""

import streamlit as st

from dashboard.known import colleagues
from dashboard.parts import place, saved, say
from dashboard.parts.acts import show_refusal
from dashboard.parts.csv_panel import import_panel
from dashboard.parts.exporting import export_button
from dashboard.parts.feed import growing_feed
from dashboard.parts.filters import bar, filter_bar
from dashboard.parts.heading import empty, heading
from dashboard.parts.log_form import log_in
from dashboard.parts.presets import preset_bar
from dashboard.session import workspace

my = workspace()
activities = my.activities


def _begin() -> None:
    place.go(activities.params(query.first()))


top = st.container()
line = bar(activities)
with line:
    chosen = st.container(width="content")
shelf = saved.shelf(my, activities)
query = filter_bar(activities, lambda: colleagues(my), line=line, shelf=shelf)
with chosen:
    preset_bar(activities, query, {"": "All", "mentioned": "Mentioned"}, {}, shelf=shelf)
with line:
    saved.Box(my, activities, shelf, query, None).draw()
show_refusal(activities.name)
if query != query.first():
    with line:
        st.button("Back to its beginning", key="timeline.first", type="tertiary", on_click=_begin)
page = growing_feed(my, query, "timeline")

with top, heading("Timeline", say.count(page.total, "activity", "activities")):
    if activities.may("import"):
        import_panel(my, activities)
    if activities.may("export"):
        export_button(my, activities, query, page.total, shelf.open.name if shelf.open else "")
    if activities.may("add"):
        box = st.popover(
            "Log", icon=":material/add:", type="primary", key="timeline.log.box", on_change=place.catch_up
        )
        log_in(box, my, "timeline.log")

if not page.rows:
    if query != query.first():
        empty("search_off", "This part of the timeline is empty now. Go back to its beginning.")
    elif query.narrowed:
        empty("search_off", "No activity matches. Change the search or clear the filters.")
    elif query.preset:
        empty("alternate_email", "Nothing here mentions you. Choose All above.")
    else:
        empty("history", "Calls, e-mails, meetings and notes will stand here. Log the first one.")
place.follow()
