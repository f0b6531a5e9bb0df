"""Sets of units that paint a concept, chosen and measured by what they do."""
