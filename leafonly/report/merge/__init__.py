"""Reports of several machines in one matrix: `fleet.merged` makes it, `drawing` shows it."""
