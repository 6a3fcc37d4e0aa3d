"""What users ask for, each from start to end: the command line calls these and nothing else."""
