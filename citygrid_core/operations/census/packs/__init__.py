"""Field packs: made, out with a team, returned and merged, conflicts decided."""
