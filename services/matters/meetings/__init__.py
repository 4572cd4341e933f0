"""协调会: called on an order, held, written down, signed; and who pays."""
