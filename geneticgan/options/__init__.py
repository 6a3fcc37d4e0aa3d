"""Every option of a run, defined once; flags, TOML keys, checks and documentation derive from it."""
