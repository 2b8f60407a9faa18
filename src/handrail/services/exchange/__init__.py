"""Exchange: needle and syringe programmes. What was given, what came back and how that is known, what was asked for and missing.

Standards: counting rules of the frontline reference, section 5 (a set is one fixed-needle syringe or one barrel; used sharps
are never counted by hand; a value keeps the method it came by).
"""
