"""Materials: made of uploads, revised, submitted, withdrawn, listed and read."""
