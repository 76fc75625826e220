"""What shares and forwards did: figures for whoever may see them, read from projections of the log."""
