"""The jobs behind the commands, each from start to end; the command line calls nothing else."""
