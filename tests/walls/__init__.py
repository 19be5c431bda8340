"""Each wall between companies alone, each taken away, and what then still holds."""
