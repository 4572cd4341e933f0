"""Connections and queries: everything that knows how things lie in PostgreSQL."""
