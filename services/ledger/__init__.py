"""The log over all streams: what makes a rewritten ledger show."""
