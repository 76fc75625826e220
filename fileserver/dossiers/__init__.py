"""A material looked back upon: who saw it, and everything that is known of it as one document."""
