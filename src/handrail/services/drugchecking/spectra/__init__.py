"""Read instrument files, search libraries, take mixtures apart. Plain NumPy and SciPy.

A technician confirms what is found; nothing here releases a result. No library of infrared spectra comes with it: a site brings its own.
"""
