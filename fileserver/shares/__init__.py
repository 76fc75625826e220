"""Shares: making signed links to approved materials, listing them, seeing who came, closing them."""
