"""The back-office's own pages, beside those of single rows: each looks at several things at once."""
