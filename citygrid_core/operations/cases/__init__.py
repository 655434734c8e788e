"""Jobs on cases: imported or taken in, moved on step by step, dispatched, queued, linked."""
