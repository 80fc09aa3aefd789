"""The parts through which Whoosh itself writes and reads an index of these segments."""
