"""The pages of residents: what is known of a room, reporting without an account, following by a code."""
