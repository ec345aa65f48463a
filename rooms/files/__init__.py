"""What is in a file somebody uploads, and how it is made harmless.

`opening.py` and what it imports (signatures, pictures, documents) run in a process of their own (talkwave.apart).
`sandbox.py` asks it, and is all that the rest of rooms calls.
"""
