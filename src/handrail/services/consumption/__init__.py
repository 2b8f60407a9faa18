"""Supervised consumption: who waits, who sits where and for how long, who was looked at, and what was done in an overdose.

Standards: the frontline reference, section 10 (visit states, floor board, overdose record). Clock times are exact only while a
visit is open: afterwards it keeps its date, its hour and how long things took. The board supplements watching people.
"""
