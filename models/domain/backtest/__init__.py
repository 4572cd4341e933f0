"""The backtest: the same reports and human actions under other rules, on a virtual clock, in memory."""
