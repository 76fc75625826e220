review-queue = Waiting for review
review-none = Nothing waits for review
review-none-text = Materials appear here when marketers submit them.
review-submitted = Submitted
review-decided = Decision
review-decided-before = Decided
review-facts = About this material
review-uploader = Uploaded by
review-no-findings = The automatic checks found nothing. Read every page before you decide.
review-decision = Decision
review-reason-hint = Needed to reject or to ask for changes, optional to approve.
review-reason-was = Reason: { $reason }
review-approve = Approve
review-reject = Reject
review-request-changes = Ask for changes
review-password = Your password
review-not-yours = Not yours to decide
review-withdrawn = The material was withdrawn; there is nothing to decide any more.

reader-pages = Pages
reader-retry = Load this page again
reader-hint = Every page carries your mark, and reading is recorded in the log. The arrow keys turn pages.

review-queue-text = What is due first stands first; of two due together, the riskier.
review-password-hint = Entering it again is your electronic signature: your name, the time and what you say are bound to the file with the SHA-256 { $sha }….
review-approvals = Approvals
review-risk = Risk
review-risk-is = { $risk } risk
review-due = Due
review-due-at = due
review-overdue = Overdue
review-missing = Approval missing
review-sort = Order
review-sort-due = By due date
review-sort-risk = By risk
review-none-found = No review fits
review-none-found-text = Choose otherwise, or clear the filter.
review-rule-set = Rule set
review-keys = J and K walk through findings and comments, arrow keys through the pages.
review-unmet = { $count ->
    [one] One thing is missing before an approval
   *[other] { $count } things are missing before an approval
}
review-as = Which approval

finding-hard = Can't be dismissed
finding-judge = Decide about this
finding-dismiss = Dismiss
finding-confirm = Confirm
finding-state-dismissed = Dismissed
finding-state-confirmed = Confirmed

step-open = To be signed
step-waiting = Later
step-signed = Signed
claim = Claim
claim-take = Claim
claim-again = Claim for longer
claim-release = Give up the claim
claim-mine = Yours until { $until }
claim-other = With { $name } until { $until }
claim-short = with { $name }
claim-short-mine = with you
claim-filter-mine = Claimed by me
claim-filter-none = Claimed by nobody

comment-title = Comments
comment-none = No comments yet.
comment-new = Comment
comment-body = Comment
comment-page = Place
comment-whole = All of the material
comment-pin = Mark it on the page
comment-unpin = Remove the mark
comment-pin-hint = Press on the page or draw a box. With the keyboard: press the button, then move with the arrow keys, and size with Shift and the arrow keys.
comment-pin-begin = Press on the page or draw a box; arrow keys move, Shift and arrow keys size, the button again ends.
comment-pin-done = The place is marked.
comment-send = Send
comment-answer = Answer
comment-settle = Mark as settled
comment-reopen = Open again
comment-settled = Settled

signature-title = Electronic signatures
signature-for = for { $name }
signature-holds = Holds; the log agrees.
signature-reopened = Given before the checks found something else or the rules changed: this approval is asked for anew.
signature-reason-erased = An erasure of personal data replaced words of the reason.

place-reviewing = Review settings
reviewing-text = Which approvals each class needs, who answers for what, and who is away.
reviewing-procedures = Procedures
reviewing-four-eyes = Different people
reviewing-four-eyes-text = Each approval by somebody else
reviewing-due = Due within
reviewing-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
reviewing-yes = yes
reviewing-no = no
reviewing-change = Change
reviewing-set = Save
reviewing-from-then = A change holds for what is submitted from then on; what was submitted goes on as it began.
reviewing-history = What was changed
reviewing-reviewers = Reviewers
reviewing-reviewer = Reviewer
reviewing-disciplines = Answers for
reviewing-none = nothing
reviewing-uncovered = Reviews need these, and nobody answers for them, so they can't be approved:

absence-title = Absences and deputies
absence-none = Nobody has entered an absence.
absence-new = Enter an absence
absence-from = First day
absence-to = Last day
absence-deputy = Deputy
absence-no-deputy = No deputy
absence-deputy-is = Deputy: { $name }
absence-text = While somebody is away their deputy signs for them and they don't; after the last day it comes back by itself. A deputy can't pass it on, nor sign for an uploader.
absence-away = Away
absence-end = End it now
absence-ended = Ended
review-desk = Reading desk
