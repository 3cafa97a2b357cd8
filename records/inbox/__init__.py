"""The inbox: the requests that wait for staff, and what staff do with them."""
