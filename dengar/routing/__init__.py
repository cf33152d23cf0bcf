"""Who must act, by when, and what may happen to a report: pure decisions."""
