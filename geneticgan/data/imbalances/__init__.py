"""The imbalances of this package, one a file."""
