"""Find: one search over every kind of record of a company, by lists of words that are kept beside the records."""
