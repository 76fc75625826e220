"""Receiving files by tus 1.0.0: bytes stream through this process into S3 and are acknowledged once stored and recorded.

Promises
    What a client was told is stored: an offset counts bytes that S3 has acknowledged and PostgreSQL has recorded, from the
    first byte without a gap. The SHA-256 of a complete upload is that of the object's bytes. Memory per upload is bounded
    (`layout`), and no byte touches the local disk. Trusted to S3: that an acknowledged object or part stays as it is.

What there is of an upload
    row         upload: offset, state, fence; upload_part: number, size, ETag; upload_tail: acknowledged bytes too few for a
                part. Parts are all of one size but the last, as strict stores want them, so the part at an offset is known.
    objects     `uploads/<id>` by multipart upload, or `uploads/<id>-<fence>` by one PutObject when one part is everything;
                `tails/<id>/<offset>-<fence>`, immutable.

The life of a request that brings bytes (`tus`, `intake`)
    1. The caller is known to be allowed; an older request in this process is asked to end and keeps what it has
       (`receptions`); the row's fence is raised, after which no older request anywhere can record (`service.take_up`).
    2. Pieces go into the open part, which is being sent while it fills and stays in memory until S3 acknowledges it
       (`parts`, `receiving`). Two parts may be under way; then reading stops.
    3. An acknowledged part is recorded in order: fence, person and offset are checked in the same transaction (`recording`).
    4. The body ended inside a part: what this request brought of it becomes a tail. The next request reads the tails back
       into the part that covers them.
    5. At the length the state becomes `assembling` in the transaction of the last part; then Complete, then `complete` with
       the SHA-256 that was computed on the way, or `verifying` and a job that reads the object once (`finishing`).

Crash windows: this process, S3 or PostgreSQL may stop between any two of these
    part or tail stored, not recorded       It never counts. The client sends those bytes again (at most the parts under way);
                                            the same part number is overwritten, an unrecorded tail is swept when the upload
                                            ends.
    part recorded, its tails not deleted    They are no longer in the rows; swept when the upload ends.
    multipart begun, its id not recorded    Another one is begun; the first is aborted by the sweep.
    last part recorded, not assembled       The state says `assembling`: a HEAD, or a job a minute later, assembles.
    assembled, not recorded as complete     Completing again finds the object there, with the right size, and goes on.
    `verifying`                             The job begins anew; it was enqueued in the transaction that set the state.
    terminated, objects not yet deleted     The job to delete them was enqueued in the same transaction.
    sent to the end, answer never came      A late PUT may land after a newer request's. Objects have the fence in their key,
                                            so they can't be overwritten. A part can: then Complete refuses its ETag and the
                                            upload fails, unless the bytes were the same. A hash computed on the way is only
                                            used when one process has received every byte.

The sweep (`jobs.discard`) is a job enqueued whenever an upload ends after more than one request.
"""
