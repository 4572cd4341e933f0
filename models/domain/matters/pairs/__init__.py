"""前后对比: two photos of a space, before and after the works, side by side."""
