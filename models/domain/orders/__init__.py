"""工单: one issue, several parties, each with its own clock."""
