"""What administrators change by hand: sites, rooms, parties, people, accounts and tokens."""
