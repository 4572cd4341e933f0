"""Pages that follow what happens: one tail of the changes a process, a stream to each open page."""

PATH = "/live"
"""Where the streams are."""
