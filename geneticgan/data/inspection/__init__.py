"""Checks of image files before training on them."""
