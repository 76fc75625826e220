"""What a directory of employees says, and what is made of it: roles by a mapping, departments by its tree.

`mapping` is what an administrator sets: which department, tag or claim goes with which role; whoever fits no line gets
nothing. `picture` is a directory at one moment. `tree` makes departments here follow those there. Following members is
the accounts feature's.
"""
