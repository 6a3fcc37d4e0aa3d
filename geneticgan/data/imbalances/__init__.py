"""The imbalances of this package, one per file."""
