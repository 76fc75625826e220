"""Reviews: the queue, and the one decision on the exact bytes of a version."""
