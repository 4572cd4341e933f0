"""The figures of `domain.md`: kept as cases, counted by a few queries, shown, printed and sent each week."""
