"""The machine door: visitors of a website ask for a callback, over HTTP."""
