"""Uploads through our server beside the same uploads through the peer, alternately in one run.

The peer is `@tus/server` with `@tus/s3-store`, a node process with its documented settings (`peer/server.mjs`). Both
get the same bytes from the same client process, and store them in the same store: the sink, which costs next to
nothing, so that the server shows; and SeaweedFS, which is what people run and burns more than all the others together.

What a figure means
    rate        from the first byte of the first request (connections are open) to the last confirmation: creating
                and completing included. Medians of the rounds; the order of the servers turns from round to round.
    processor   of all processes of the server, per GiB of files. Ours computes the SHA-256 of every byte and writes
                rows and events; PostgreSQL's own is told beside it. The peer computes no SHA-256.
    memory      peak of the resident memory above what was resident when the round began.
    raw         the same client straight to the sink: what client and sink leave for a server to be measured.
    plain       presigned requests straight to SeaweedFS, by an aiohttp client: no server at all.
    checked     the same, each part signed for its SHA-256, which the client computes and the store once more.
    direct      checked, but our server signs and completes.
    relay       plain by way of `benchmarks.relay`, which reads and hashes each byte and no more: any server's bound.

Client, server, PostgreSQL and store share this machine's cores. Trust ratios and processor time over single rates.
"""
