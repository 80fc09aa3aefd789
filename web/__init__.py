"""The parts that people touch: the pages, the JSON API and the command line.

``web.app`` makes the WSGI application; ``web.cli.main`` is the command ``ranvier``. Nothing is
imported here, so that the command starts without what only a server needs.
"""
