"""What can be looked at: typed views of orders, events and sites, shared by API, pages and CLI.

Every function here reads under the row-level security of its caller and changes nothing.
"""
