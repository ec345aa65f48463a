"""What strangers send is opened apart: in a process of its own, without Django, secrets or database, under limits of
time and memory. A file that finds a hole in a decoder finds nothing behind it.

`asking.py` starts it, with the name of a function. That function, and all its module imports, runs there and knows no
settings (rooms/files/opening.py, rooms/drawing.py, accounts/drawing.py).
"""
