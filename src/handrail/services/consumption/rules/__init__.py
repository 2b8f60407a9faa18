"""Drafts and judgements of the floor. Plain Python."""
