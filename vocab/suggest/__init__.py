"""Help with mappings: what raw records hold, what of it a mapping uses, and a first mapping for a listing nobody knows."""
