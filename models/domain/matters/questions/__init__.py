"""居民疑问: the answered question as everybody may read it. The question itself is an order (ADR)."""
