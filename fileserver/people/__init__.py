"""People outside the brand: clinics, viewers, and how viewers say who they are. Names are searched here too."""
