"""Taking edits that were made outside citygrid into the books."""
