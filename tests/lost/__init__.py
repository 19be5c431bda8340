"""Nothing that was acknowledged is lost, whatever happens to the process, the disk or the clock."""
