"""Drug checking: samples, the tests applied to them, what each method could see. This floor imports and reads.

Standards: the drug checking reference, sections 2 (terms), 4 (methods and their limits) and 8 (importers). A status is an
outcome of a test, never a substance; what a source does not say stays unknown; a sample never names a visit or a person.
"""
