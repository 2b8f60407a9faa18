"""Someone came: who or nobody, where, when, by which channel. It is what is counted once.

One tap is one act: a `window.visit` nests the parts that services register (given, returned, naloxone, asked for), so that
services stay strangers and the window saves once.
"""
