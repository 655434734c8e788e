"""Does the store still hold what citygrid wrote, and nothing else."""
