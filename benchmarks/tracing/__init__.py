"""How far the hidden mark can be followed: copies attacked, then read."""
