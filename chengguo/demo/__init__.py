"""The demonstration: five fictional provincial platforms on real HTTP, each publishing in its own words."""
