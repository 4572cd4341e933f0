"""A change of the rules 办理规则: proposed, objected to or not, ruled on, in force."""
