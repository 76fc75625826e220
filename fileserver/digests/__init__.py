"""The weekly digest: managers are told what the shares within their reach brought about, in WeCom and by mail.

Once a week for each person, however often a worker looks, and by each way once. Who wants none says so on their own
page. Figures come from the projections of the log, for the seven days before the digest's own.
"""
