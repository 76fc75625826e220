"""What somebody is told on the pages."""
