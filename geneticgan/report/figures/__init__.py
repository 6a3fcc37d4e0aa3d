"""Figures: each function takes plain data and returns a `Picture`, without writing files."""
