"""A witness (C2SP tlog-witness): a small process of somebody else's, who cosigns that a log has only grown.

An auditor runs it on a machine of their own. It needs a folder, and neither a database nor S3 nor any secret of the
server's. It shares no code with what writes the log: it checks by `compliance.verifying`, which a contract in
pyproject.toml says.

Trusted for: that of two checkpoints which it ever cosigned, the smaller is how the larger began. Its capture buys a
cosignature under whatever else the captured log key signs; it can't forge an entry, and can't read one.

    keys        its Ed25519 key, and lines of cosignatures (tlog-cosignature, version 1)
    requests    what is asked: the body of add-checkpoint
    refusals    why not, with the status that the specification gives
    records     what it cosigned last of each log, on disk
    cosigning   the decision, and the order: check, write, answer
    folders     where all of it lies; one process at a time
    serving     HTTP

Crash windows: a process killed before the new record is in place has cosigned nothing, and the log offers the same
again. Killed after it, the answer is lost: the log is told 409 with the new size, and offers again from there.
"""
