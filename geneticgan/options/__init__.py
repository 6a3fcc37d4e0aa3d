"""Every option of a run, defined once, for flags, TOML keys, checks and the documentation."""
