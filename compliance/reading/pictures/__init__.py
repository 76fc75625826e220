"""What can be told of pixels. Runs in confined processes only."""
