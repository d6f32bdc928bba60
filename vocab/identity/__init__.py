"""What stays the same when one thing is named twice: spellings of titles and of organisations. Pure, no database."""
