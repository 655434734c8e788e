"""Map tools: they emit signals and change nothing."""
