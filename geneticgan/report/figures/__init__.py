"""Figures: each function takes plain data and returns a `Picture`, which knows no file."""
