"""The actions by name: what a caller sends for each, and the commands that it becomes.

API, CLI, story and pages all build their commands here, so that one name means one thing everywhere.
"""
