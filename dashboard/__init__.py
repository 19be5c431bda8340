"""The shell: the web server, signing in, and everything that two pages share on screen."""
