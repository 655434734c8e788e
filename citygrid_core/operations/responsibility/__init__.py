"""Jobs on who answers: departments, duty rules, audit, what-if, the co-ordination list."""
