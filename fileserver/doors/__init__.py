"""What a share asks of a viewer at its door besides who they are: password or code, and the pledge."""
