"""Protocols that evaluate trained methods: a plugin group, with one protocol per file."""
