"""Jobs on unit grids: drawn, imported, checked, edited, undone, grouped, and their past."""
