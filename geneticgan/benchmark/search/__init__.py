"""Searches for the training recipe that suits the user's images."""
