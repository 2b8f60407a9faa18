"""The doors: desk (staff), public (readers), api (other systems), console (the operator). Fronts are strangers."""
