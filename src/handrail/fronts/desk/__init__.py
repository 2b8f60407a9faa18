"""The desk: what staff see. One go at the window, stock, cards, what is held for review."""
