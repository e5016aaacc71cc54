"""The reads of the lists: which rows, in what order, and what a page of them shows.

A list is two reads. The window is an array of row numbers in the order of the screen (and, for a tree, their depths):
one index scan, nothing else. The page is what those rows show, asked 128 at a time. So a list costs what is on the
screen, also in a project of 100,000 tasks. Raw SQL on a connection of the reader's own; nothing heavy is imported.
"""
