"""What is known of people: residents by code, looking at contacts, taking along, erasing, forgetting."""
