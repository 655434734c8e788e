"""The layers of the project: one class for each group, the only place that knows its symbols."""
