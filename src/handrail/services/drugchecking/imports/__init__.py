"""What other services publish, read row by row: samples as Samples, tables of counts as external series, never as Samples.

Free text, coordinates, districts and small places are left behind: what is kept is a region, days, what was expected and what was found.
"""
