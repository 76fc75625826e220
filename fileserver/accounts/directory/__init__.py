"""Accounts that follow a directory: WeCom's, by night and by callback; a provider's claims, at each sign-in.

What the directory gave is remembered beside the account, so that what people change by hand is known and left alone:
`following` compares the three for one member. `picturing` asks WeCom for all of it, or for nothing. `comparing` does
the whole, and holds back what would shut out more people at once than is usual until an administrator says so.
"""
