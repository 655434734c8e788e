"""What the user sees: docks, dialogs, map tools and the parts they are made of."""
