"""The staff door: pages for the people of the house."""
