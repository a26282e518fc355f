"""A lesson to take home: as a notebook that runs, and as a sheet to print.

bag.py is what a session has to take: its photo, and the code that its pages have shown. serve.py makes notebooks and
sheets of it when they are asked for; no page waits for them.
"""
