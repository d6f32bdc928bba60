"""What the people who run a node want to know: is every source well, what needs a person, how good are the records."""
