"""Returns and how they are known: the programme's own calibration, the site bin when it is weighed, what came back from an area.

Standards: frontline reference, section 5.2. No constant is shipped: grams a syringe and capacities are each programme's own.
"""
