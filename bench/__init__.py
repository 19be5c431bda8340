"""What is measured, runnable by anyone: `make bench` writes RESULTS.md, ratios of one interleaved run."""
