"""The pages: thin, readable without scripts, for phones first."""
