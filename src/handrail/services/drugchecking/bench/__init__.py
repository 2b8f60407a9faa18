"""The sample table: kits, bench samples, the tests done on them, what their holders are told. No row here names a person.

A bench sample was brought to one of our own tables and is sealed with its day; a sample of an imported file is somebody else's
record without a day. So they stand in two tables (ADR 0025). Standard: the drug checking reference, sections 3 to 7.
"""
