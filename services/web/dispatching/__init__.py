"""For the people of the parties: what they do on an order, what waits for them, who is on duty."""
