"""The auditor: what should be armed, fired and sent, derived from the events again and compared."""
