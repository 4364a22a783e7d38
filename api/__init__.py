"""The heads of Monoceros: the command line (`api.cli`) and the interactive shell (`api.repl`).

Nothing here decides what an answer is: flags, files and keystrokes become requests, answers become tables and JSON.
"""
