"""Searching for the recipe of a training that suits one's own images."""
