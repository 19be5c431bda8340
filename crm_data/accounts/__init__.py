"""People: passwords, signing in, sessions, one-time links, members and companies."""
