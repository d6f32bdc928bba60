"""The same thing said twice: which records of different sources speak of one achievement, and which names of one body."""
