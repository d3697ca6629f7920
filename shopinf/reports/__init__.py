"""An overview laid out for its readers: a page to send to a client, and a workbook to go on calculating with."""
