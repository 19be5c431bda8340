"""Change sets: what was done to a company, taken back, done again, and looked up."""
