"""The log as an auditor looks at it: found by any field, counted, followed, reviewed.

`fields` says what of a leaf can be searched for; `indexing` follows the tree and writes it into narrow rows and counts;
`search` and `facets` read those together with the newest events, which no follower has reached yet. Nothing here counts
as evidence: the leaves do, and everything else can be made of them anew.
"""
