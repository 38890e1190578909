"""How strong the bench is: mistakes that are put into the unit, and what catches them."""
