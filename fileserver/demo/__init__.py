"""The demo: both engines, one server, one worker and a brand with materials, clinics and people, by one command.

Everything in it is the real thing but the sign-in of viewers, which is a clearly labelled stand-in.
"""
