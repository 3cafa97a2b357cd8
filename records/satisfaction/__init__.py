"""Satisfaction surveys: who is asked, what they answer, and how it counts."""
