"""What happens around the orders: found, shown and acted on, a package a kind of stream."""
