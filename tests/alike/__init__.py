"""Records that may be the same: found, merged, kept apart, on both engines."""
