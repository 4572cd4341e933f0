"""施工告知: everybody is told before works begin, and the rooms are walked for hazards first."""
