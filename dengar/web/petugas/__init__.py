"""The pages of field officers: today's list, one task, and actions that a telephone may send when it has a signal."""
