"""Receiving files: by tus and the IETF's draft, bytes stream into S3 and are acknowledged once stored and recorded.

Promises
    What a client was told is stored: an offset counts bytes that S3 has acknowledged and PostgreSQL has recorded, from
    the first byte without a gap. The SHA-256 of a complete upload is that of the object's bytes. Memory per upload is
    bounded (`layout`), and no byte touches the local disk. Trusted to S3: what it has acknowledged stays as it is.

What there is of an upload
    rows        upload: offset, state, holder, fence; upload_part: number, size, ETag; upload_tail: acknowledged bytes
                too few for a part. Parts are all of one size but the last, as strict stores want them.
    objects     `uploads/<id>` by multipart upload, or `uploads/<id>-<attempt>` by one PutObject when one part is all;
                `tails/<id>/<offset>-<attempt>`, immutable. Every request is an attempt with a name of its own.

The life of a request that brings bytes (`tus`, `ietf`, `writing`, `intake`)
    1. The caller is known to be allowed; an older request is asked to end and keeps what has been delivered to it: in
       this process through `receptions`, in the row's holder through PostgreSQL (`handover`). An upload that moves to
       another process gets a higher fence, under which alone steps are recorded from then on (`service.take_up`).
    2. A thread receives into the blocks of the open part and hashes them (`body`, `blocks`); another sends the part
       while it fills. It stays in memory until S3 acknowledges it (`parts`, `receiving`). Two parts may be under way;
       then reading stops. The event loop is woken once for a part, not for each piece. Parts above 40 MiB, of files
       above some 370 GiB, are received in steps of 16 MiB: each but the last is stored and recorded as a tail, and with
       the last one the tails are read back into the part, a few MiB at a time.
    3. Acknowledged parts are recorded in order; fence, person and offset are checked in the same transaction
       (`recording`).
    4. The body ended inside a part: what this request brought of it becomes a tail. The next request reads the tails
       back into the part that covers them. One tail too many is stored as one with those before it, whose rows go in
       the transaction that records it.
    5. A length that was left open is said with some PATCH. If nothing is missing then, the state becomes `assembling`
       and the tails become the last part (`finishing`). Otherwise the next step is the same for all:
    6. At the length the state becomes `assembling`, in the transaction of the last part; then Complete; then `complete`
       with the SHA-256 computed on the way, or `verifying` and a job that reads the object once (`finishing`).

Crash windows: this process, S3 or PostgreSQL may stop between any two of these
    part or tail stored, not recorded
        It never counts. The client sends those bytes again (at most the parts under way); the same part number is
        overwritten, or kept beside the new one until the upload ends; an unrecorded tail is swept then. A request that
        lives to see it counts such bytes, and an upload with too many of them fails (`waste`).
    part, or a tail made of many, recorded; the tails that it covers not deleted
        The rows don't name them any more; they are swept when the upload ends.
    multipart upload begun, its id not recorded
        Another one is begun; the first is aborted by the sweep.
    last part recorded, not assembled
        The state says `assembling`: a HEAD, or a job a minute later, assembles.
    assembled, not recorded as complete
        Completing again finds the object there, with the right size, and goes on.
    verifying
        The job begins anew; it was enqueued in the transaction that set the state.
    tails of an upload that waited for its length sent as its last part, not recorded
        They are sent again: the same bytes under the same number. Recorded once, when the tails' rows are dropped.
    terminated or expired, objects not deleted
        The job that deletes them was enqueued in the same transaction.
    a PUT sent to its end whose answer never came
        It may land after a newer request's. Objects have the attempt in their key, so that they can't be overwritten.
        A part can be: then Complete refuses its ETag and the upload fails, unless the bytes were the same.
    the holder dies, or hears nothing
        Its name is free in PostgreSQL: the next process goes on at once. One that lives and is deaf is passed over
        after a few seconds, and the fence keeps it from recording.
    a small file stored, not recorded (`whole`)
        Row and events come after the bytes and in one transaction, with those of other files. The object is nameless.

Final uploads (`concat`, `joining`) bring no bytes: they begin as `assembling`; a job copies or sends their parts from
partial ones, records them, and goes on where the record ends. Partial uploads stay until that is done.

Direct uploads (`direct`) differ in how bytes come: the client sends parts straight into the store by
requests that are signed here, one part each. Their own order of steps and crash windows stand in `direct.service`; from
`assembling` on everything is as above.

The sweep (`jobs.discard`) is a job enqueued whenever an upload ends, unless one creation brought all of it. What no row
names, and no such job can find, is removed every few hours by comparing the store with the rows (`orphans`).
"""
