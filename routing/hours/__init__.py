"""Opening hours, public holidays and how they are spoken."""
