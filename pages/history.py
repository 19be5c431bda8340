"""History: what was done in the company, newest first, opened to its last value, and undone from here."""

from crm_data import Act
from dashboard.parts import place
from dashboard.parts.audit import acts_screen, events_screen
from dashboard.parts.audit_act import act_screen
from dashboard.parts.audit_back import back_screen
from dashboard.parts.trash import trash_screen
from dashboard.session import workspace

my = workspace()
here = place.params()

if "act" in here:
    act_screen(my, here["act"])
elif here.get("tab") == "security":
    events_screen(my)
elif here.get("tab") == "trash" and my.may(Act.ARCHIVE):
    trash_screen(my)
elif here.get("tab") == "back":
    back_screen(my)
else:
    acts_screen(my)
place.follow()
