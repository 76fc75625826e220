problem-invitation-over-title = Invitation not usable
problem-invitation-over-detail = { $reason ->
    [revoked] This invitation was revoked. Ask whoever invited you for a new one.
    [expired] This invitation has expired. Ask whoever invited you for a new one.
    [used_up] This invitation has been used by as many people as it allows. Ask whoever invited you for a new one.
    [left] Whoever made this invitation is not in charge any more. Ask the brand for a new one.
   *[unknown] There is no such invitation. Check that the link is complete.
}
problem-invitation-over-explanation = Invitations have an end and a number of places, and whoever made one may revoke it. People who came in already are not affected.

problem-ownership-changed-title = The owner has changed
problem-ownership-changed-detail = Somebody changed the owner of this clinic after you looked. Read the page again and decide anew.
problem-ownership-changed-explanation = A clinic has one owner at a time. Of two who act at once the first wins; the other gets this answer, and nothing is changed.

problem-claims-used-up-title = No claim left
problem-claims-used-up-detail = You hold { $max } clinics, as many as can be held by claiming.
problem-claims-used-up-explanation = Claims from the pool are capped, so that a few don't hold most of it. Managers' assignments and transfers are not.

problem-transfer-open-title = A transfer waits
problem-transfer-open-detail = A transfer of this clinic waits for its day. Wait for it, or call it off first.
problem-transfer-open-explanation = A clinic has at most one transfer that waits.

problem-dispute-open-title = A dispute waits
problem-dispute-open-detail = A dispute about this clinic waits for a manager's decision.
problem-dispute-open-explanation = A clinic has at most one dispute that is not decided.

problem-merge-refused-title = Can't be merged
problem-merge-refused-detail = { $reason ->
    [verified-differs] What is verified of the two contradicts itself: they are not the same.
    [merged-already] One of them is merged already.
    [blocked] One of them is blocked. Lift the block first, so that nobody who is kept out comes in as somebody else.
    [held] One of them is under a legal hold.
    [scheduled] One of the clinics has a transfer that waits or a dispute that is not decided. See to that first.
    [owners-differ] The two clinics have different owners. Pass one of them on first.
    [code-elsewhere] Another clinic has the credit code by now that would go back to one of the two. Change that first.
    [proved-elsewhere] Somebody else proved since, with the same name and ID number, to be one of the two. Merge them first.
   *[newer-merge] Another merge came after this one. Undo the newer one first.
}
problem-merge-refused-explanation = A merge can be undone, which restores everything exactly. What is verified otherwise, under a hold or in the middle of something else can't be merged.

invalid-credit-code-length = A unified social credit code has 18 characters.
invalid-credit-code-characters = A unified social credit code has digits and capitals only, without I, O, S, V and Z.
invalid-credit-code-division = Characters 3 to 8 of a unified social credit code are digits (the administrative division).
invalid-credit-code-check = The check character of this unified social credit code doesn't fit. Check for a typing error.
invalid-credit-code-taken = Another clinic is registered under this unified social credit code.
invalid-not-your-clinic = Somebody else holds this clinic: you can't invite it.
invalid-nothing-to-contest = You never invited this clinic, or nobody else holds it now.
invalid-merge-with-itself = Choose two that differ.
invalid-not-a-party = A dispute is decided for one of its two parties.
invalid-expiry-range = The end must be after now and within { $days } days.
invalid-effective-range = The day must not be before now, nor more than { $days } days ahead.

act-employee-clinic-change = Changed a clinic's details
act-system-clinic-assign = A clinic's owner changed by the rules
act-employee-invitation-create = Made an invitation
act-employee-invitation-revoke = Revoked an invitation
act-viewer-invitation-enter = Came in by an invitation
act-system-invitation-credit = An invitation was credited
act-system-contact-follow = A customer was added in WeCom
act-system-dispute-open = A dispute was opened by the rules
act-employee-dispute-open = Opened a dispute about a clinic
act-employee-dispute-decide = Decided a dispute about a clinic
act-employee-transfer-request = Asked for clinics to pass on
act-employee-transfer-cancel = Called a transfer off
act-system-transfer-settle = WeCom settled customers of a transfer
act-employee-duplicate-dismiss = Said that two are not the same
act-employee-merge-make = Merged a duplicate
act-employee-merge-undo = Undid a merge
act-system-merge-make = A duplicate was merged by the rules
act-employee-progress-export = Exported recruiting progress

notice-clinic-opened = Somebody at a clinic of yours opened “{ $title }”, which a colleague had shared.
notice-clinic-received = { $count } { $count ->
    [one] clinic is
   *[other] clinics are
  } yours now.
notice-clinic-returned = { $count } { $count ->
    [one] clinic of yours went
   *[other] clinics of yours went
  } back to the pool after { $days } days without activity.
notice-clinic-disputed = There is a dispute about a clinic of yours; a manager will decide.

rule-own-dispute = You are one of the two parties: somebody else decides.
rule-recruiting-is-listed = Marketers and managers see their own recruiting.
rule-own-or-free-clinic-invites = One may invite clinics of one’s own and those that nobody holds.
rule-own-invitation = Whoever made an invitation may revoke it.
rule-free-clinic-is-claimed = What nobody holds may be claimed.
rule-maker-contests = Marketers and managers may contest who holds a clinic.
rule-clinic-history-is-read = One may read the history of clinics of one’s own and of those that nobody holds.
rule-auditor-reads-clinic-history = Auditors read who held a clinic and when.
rule-manager-governs-clinics = Managers govern the clinics of their department and below, and those that nobody holds.
rule-manager-lists-recruiting = Managers see transfers, disputes, duplicates and progress.

problem-code-unavailable-title = No mini-program code
problem-code-unavailable-detail = There is no mini-program, or WeChat does not answer. Use the link or the QR code.
problem-code-unavailable-explanation = Mini-program codes are drawn by WeChat. The link and the QR code need nobody else.
