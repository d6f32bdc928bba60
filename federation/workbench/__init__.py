"""What would happen: everything by which province staff try sources, mappings and held runs before anything is written."""
