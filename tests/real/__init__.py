"""The same program over real listings: shared data served as their owners serve it, harvested, published, counted."""
