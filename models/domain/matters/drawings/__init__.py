"""效果图、平面图: published by version, with comments at the place that they are about."""
