"""Papers that are signed, hung up and filed: A4, set by Typst in Noto Sans CJK, on whatever machine."""
