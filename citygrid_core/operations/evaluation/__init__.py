"""How well a city worked in a period: evaluated, explained case by case, reported."""
