"""归属: who holds the relation to a clinic. One employee at a time, or nobody, at every moment of the clinic's life.

`holding` is the one way it changes: by compare and set on the version that the caller saw, so that of two who act at
once one wins and the other is told. `transfers` passes clinics on, at a day, and keeps what WeCom makes of it beside;
`pool` lets marketers claim what nobody holds and takes back what nobody looks after; `disputes` lays the evidence side
by side; `duplicates` and `merging` make one clinic or person of two, and two of one again.
"""
