"""Webhooks out: other systems are told what happens to shares and materials, signed, in order, at least once.

Objects: a *webhook* is a receiver with the kinds of events it asks for and its place in the log; a *delivery* is one
message for it. One worker at a time sends (`storage.leading`); any other takes over the moment it is gone.

A round goes: what lies behind a receiver's place becomes deliveries, in the transaction that moves the place → the
first that waits is sent → an answer of 2xx ends it. Whatever dies in between, it is sent again under the same id: a
receiver may get a message twice and knows it by `webhook-id`, and never misses one. Those behind it wait, so that each
receiver gets its events in the order of the log. What fails is tried again for some three days, each time later; then
it is given up, can be sent again by hand, and the next has its turn. A receiver that takes nothing for DISABLED_AFTER,
or answers 410, is sent nothing more, and administrators are told.

Requests leave by `fileserver.outgoing`: https to hosts that the operator listed, each address of a name checked, no
redirect followed. Of answers nothing is kept but the status.
"""
