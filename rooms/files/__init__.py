"""What is in a file somebody uploads, and how it is made harmless.

`child.py` and what it imports (signatures, pictures, documents) run in a process of their own, without Django, secrets
or database, under limits of time and memory: a file that finds a hole in a decoder finds nothing behind it.
`sandbox.py` starts it, and is all that the rest of rooms calls.
"""
