"""The settings: an overview of their pages."""
