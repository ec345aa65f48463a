"""Previews of links: which links of a message get one, what a page says about itself, its picture made small.

Who may see or remove one is in rooms/actions/previews.py; fetching itself in talkwave/web/fetching.py.
"""
