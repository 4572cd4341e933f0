"""Figures of many orders: what one order adds, and the periods by which it is counted. Pure."""
