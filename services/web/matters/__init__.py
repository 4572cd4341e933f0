"""共商: the pages of what happens around the orders, and the page from which they are reached."""
