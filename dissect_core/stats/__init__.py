"""Statistics that merge: any batch size, order or split over processes gives the same numbers."""
