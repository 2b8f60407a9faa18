"""Family (d1): overdose in towns (PROFOUND structure): person by person as the source drew, or in cells that do not grow with people."""
