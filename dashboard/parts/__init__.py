"""Parts of screens: fields in, widgets out. Pages put them together; parts know no page."""
