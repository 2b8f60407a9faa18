"""Family (f): six graphs, one a population and harm, from coverage to overdose, death, injury, hepatitis C and their costs.

Source: Burnet Institute, act-harm-reduction (MIT), and Bowring et al., Addiction 2026 (add.70276). Written from the equations.
"""
