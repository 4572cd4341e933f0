"""Driving a site's virtual clock: a told story, a municipal file, a clock turned by hand."""
