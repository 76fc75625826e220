"""What a marketer declares of a material, and the files that prove it."""
