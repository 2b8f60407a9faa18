"""How much is given here: by need (the screen says nothing), as stock allows (neither), or up to what a law limits (said before the tap).

Standards: frontline reference, sections 4.1, 14 (S8), 16. It never limits naloxone, bins or water, and never marks a person.
"""
