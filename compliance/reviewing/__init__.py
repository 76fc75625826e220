"""Reviewing: who has to approve what, who may, and the electronic signature that an approval is.

`procedures` says which approvals a class needs; `capacities` who may give one, for themselves or for somebody who is
away; `facts` reads what `compliance.lifecycle` asks for; `signatures` makes and examines signatures; `standing` says
whether an approval still stands. Knows no HTTP and no passwords: whoever calls has had the signer prove who they are.
"""
