"""Text boxes in which an @ names a colleague: their names are offered while one types."""

from crm_data import Workspace
from crm_data.nouns.mentions import callable_names
from dashboard.components.mention import mention
from dashboard.known import colleagues


def offer_names(my: Workspace, place: str, *boxes: str) -> None:
    """Draw what offers them, unseen, below the boxes of these keys; nothing where one has no colleagues."""
    names = callable_names(colleagues(my), my.scope.user_id)
    if names:
        mention(place, boxes, names)
