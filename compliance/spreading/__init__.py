"""How a material travels from person to person: cascades, their shape, how fast they grow and who made them."""
