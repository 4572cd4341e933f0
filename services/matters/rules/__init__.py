"""办理规则 changed by those who live under them: edited, tested on their own history, objected to."""
