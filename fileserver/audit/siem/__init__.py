"""The log pushed to systems that watch for incidents (SIEM): at least once, in the tree's order, losing nothing.

Objects: a *target* says where and in which form; its *cursor* is the index of the first event that it lacks. One worker
at a time pushes (`storage.leading`); any other takes over the moment it is gone.

A batch goes: read what lies behind the cursor and within the signed log → send → the receiver acknowledges → the cursor
moves. Whatever dies in between, the cursor has not moved, and the batch is sent again: a receiver may get an event
twice and knows it by its index, and never misses one. What counts as acknowledged: of a webhook an answer of 2xx; of
syslog, which has no answers, that the receiver read the connection to its end and closed it from its side (`syslog`).

The cursor is a place in the Merkle tree and not an event's number: numbers are given before a transaction commits, so
one that commits late would be behind a cursor of numbers already. Places are given to what is committed, without gaps.

Events leave as the forms for machines write them: pseudonyms and ids, no names.
"""
