"""How well what is meant is found: nDCG@10, MRR@10 and recall@50 on real papers, ours beside plain ways of indexing Chinese."""
