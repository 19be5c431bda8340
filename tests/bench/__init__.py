"""The benchmark's own checks: that it counts right, and that what it writes may be published."""
