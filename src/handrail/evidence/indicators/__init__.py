"""Indicators: versioned definitions with formula, denominator, source and what they are not for; and the figures themselves.

Nothing here leaves the house: figures are exact, and only `evidence.release` lets a number out.
"""
