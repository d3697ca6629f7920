"""Sheets from outside: csv, tsv, xlsx and JSON lines become rows with file, line and column names recognised."""
