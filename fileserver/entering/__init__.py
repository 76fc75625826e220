"""The clinic user's way in: who they are to WeChat or by e-mail, what they agree to, their real name, where they work.

Each step is a request of its own and may come in any order that makes sense; `state` says which are left. A session
begins with the first one and opens nothing until the last: the rules refuse whoever is not verified, and nobody has a
place in an audience before they have a place of work.
"""
