"""What judges a trained method: one protocol a file, a plugin group."""
