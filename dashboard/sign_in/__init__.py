"""Getting in: the form, the hand-over of a ticket to the session cookie, and the screens of one-time links."""
