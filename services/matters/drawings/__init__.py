"""效果图、平面图 as people meet them: published by version, commented on at a place, answered."""
