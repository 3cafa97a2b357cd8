"""The public web application: visitors of a website ask for a callback, by pages, by a button or by an API."""
