"""协调会: the parties of an order settle who does and who pays what, in minutes 协调纪要 that they sign."""
