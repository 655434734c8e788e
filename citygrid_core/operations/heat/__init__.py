"""Jobs on the heat of cases: counts, hot spots, patterns, surfaces, forecasts, the brief."""
