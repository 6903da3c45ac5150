"""The programs that are measured, each run by the Python of an environment of its own.

A program imports the standard library, the library that it measures and its neighbours in this folder, nothing else.
"""
