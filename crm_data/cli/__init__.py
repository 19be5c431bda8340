"""The command line: one small file a command, and the edge that turns every refusal into one sentence."""
