"""Broken glass: administrators let in, loudly and for minutes, to what they have no right to."""
