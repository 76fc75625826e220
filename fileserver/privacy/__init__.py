"""What a person may ask of us: to see everything that is held on them, and to be erased; and legal holds against it."""
