"""前后对比 as people meet it: two photos of a space with their days."""
