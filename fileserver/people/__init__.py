"""People outside the brand, as employees see them: clinics and viewers. Names are searched here too."""
