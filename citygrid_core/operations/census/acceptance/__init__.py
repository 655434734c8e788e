"""The acceptance of a census: sampled, inspected, judged, reported."""
