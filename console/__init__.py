"""The staff console: web pages for the people who run the telephone reception."""
