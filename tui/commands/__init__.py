"""The commands of the command line, one theme a file. Nothing here imports textual."""
