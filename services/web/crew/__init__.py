"""The pages of a party's people on site: a list by one link, with the line gone too."""
