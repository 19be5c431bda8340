"""Alike: which records may be the same person or firm, by e-mail, telephone and name; made one, or kept apart."""
