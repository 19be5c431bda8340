"""Components of our own: a folder each with its face in Python, its script and its style."""
