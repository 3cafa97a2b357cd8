"""What is remembered: contacts, calls, requests, messages, plans, people. The only SQL of the house.

Every function takes a `records.base.Base` and gives back frozen values; every writing function is one transaction.
"""
