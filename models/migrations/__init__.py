"""The schema by version: tables, roles, row-level security."""
