invalid-reason-needed = A rejection needs a reason.
invalid-other-bytes = This is not the SHA-256 of the version under review. Reload the review and read it again.
