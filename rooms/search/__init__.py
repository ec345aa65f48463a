"""Finding messages again. `find.search` is the one way in; `index.index_some` keeps the index.

`tokens` cuts text into words, `query` reads what somebody typed, `plan` knows the people, rooms and days it names,
`documents` makes and writes the documents, `sqlite` and `postgresql` look them up, `highlight` shows where the words stand.
"""
