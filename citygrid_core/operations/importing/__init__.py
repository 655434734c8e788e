"""How a file of rows comes into a workspace: read in parts, compared, stored once, counted."""
