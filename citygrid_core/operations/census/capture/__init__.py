"""Components placed one by one at the desk or in the street."""
