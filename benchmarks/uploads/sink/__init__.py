"""A sink: an S3 server that keeps what is small and throws away what is big, so that the server before it shows.

Promises: enough of S3 for our server and for the peer alike, told apart by nothing; multipart uploads that complete
only with the ETags it gave; objects of one PutObject up to `KEEP_MAX_BYTES` read back as they were. Bytes of parts and
of bigger objects are counted and dropped: reading those gives zeros of the right length. It checks no signature and
computes no digest, because those would cost every server under test the same and hide the difference.

`python -m benchmarks.uploads.sink PORT` runs it; `GET /-/counts` tells requests and bytes, `POST /-/reset` forgets all.
"""
