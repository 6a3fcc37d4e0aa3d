"""Every option of a run, defined once: flags, TOML keys, checks and the documentation follow."""
