"""办理规则: the rules of a community as data, and the files they are read from."""
