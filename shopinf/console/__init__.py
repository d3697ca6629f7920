"""The terminal: rows on standard output, talk on standard error, prompts, progress."""
