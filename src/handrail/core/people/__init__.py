"""People, as little as can be: a random card token that says nothing, kept only as a keyed pseudonym. No code is the start."""
