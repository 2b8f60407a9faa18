"""What the house promises about its own tables and sources, as checks that fail.

Run by `./handrail check schema` and `check lint`, never while serving: nothing here is registered with Django by itself.
"""
