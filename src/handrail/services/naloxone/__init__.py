"""Naloxone: kits given out at a visit, with the lot in the open box where it is known. Never limited, nothing required.

Standards: frontline reference, section 9 (dose = one administration; unit = stocked product; kit = two doses for rates).
"""
