"""The commands, one file per noun: options in, rows out."""
