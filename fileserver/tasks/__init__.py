"""Tasks over HTTP and in the workers: managers ask for a material to be passed on, employees do it with one tap.

Objects: a *task* says what, whom it asks, for which clinics, under which policy and until when; an *assignment* is one
employee's part in it. `compliance.tasking` is what becomes of both. Here people are told of it, in WeCom too, and WeCom
is asked what became of the messages that employees send to their contacts.

The one tap makes the employee's own link. With WeCom it also lays a message before them, to those of their contacts who
work at clinics that they hold; WeCom itself has them confirm it, and only then does it go out. Pictures of a material
leave through the one exit alone: the poster is shown to the employee, sealed to them, and what WeCom gets is a link.
"""
