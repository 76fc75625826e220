# Layout, navigation, and words that several pages share

page-skip = Skip to the main content
page-navigation = Main navigation
page-more-places = More
shelf-content = Content and compliance
shelf-brand = Brand and system
page-other-language = 中文
page-me = My account
page-offline = The network is not reachable. Please try again in a moment.
page-needs-script = What this page does needs JavaScript.
page-copy = Copy
page-copied = Copied.
page-more = Show more
page-cancel = Cancel
page-any = Any
page-filter = Filter
page-clear = Clear
page-save = Save
page-erased = (erased)
page-none = None

place-materials = Materials
place-uploads = Uploads
place-reviews = Reviews
place-pledges = Pledge
place-shares = Shares
place-people = People
place-log = Log
place-accounts = Accounts

secret-title = Save this now
secret-text = It is shown here once and can't be looked up again after you close this.
secret-done = Saved, close

sign-in-title = Sign in
sign-in-text = With the account that your brand's administrator gave you.
sign-in-login = Login
sign-in-password = Password
sign-in-submit = Sign in
sign-in-viewer = Clinic staff need no account: just open the link you were sent.

role-marketer = Marketer
role-manager = Manager
role-reviewer = Reviewer
role-auditor = Auditor
role-admin = Administrator
role-viewer = Viewer

class-public-ad = Public advertisement
class-in-clinic = In the clinic
class-professional-training = Professional training
class-internal = Internal
class-public-ad-about = Published to everybody. The Advertising Law and the Measures for Medical Advertisements apply: as approved, no promised effect, no patients, no before-and-after.
class-in-clinic-about = Shown or explained to people inside a clinic. Not to be published as advertising.
class-professional-training-about = For professionals at the clinics to learn from. Not for the public.
class-internal-about = For the brand's employees only. It can't be shared outside.

state-draft = Draft
state-submitted = In review
state-changes-requested = Changes requested
state-approved = Approved
state-rejected = Rejected
state-withdrawn = Withdrawn
state-pending = In review

share-state-open = Open
share-state-revoked = Revoked
share-state-expired = Expired
share-state-used-up = Visits used up
share-state-full = Viewers full
share-state-suspended = Suspended
share-state-closed = No longer valid

job-consultant = Consultant
job-operations = Operations
job-doctor = Doctor

severity-block = Blocks
severity-review = Please check
severity-evidence = Needs evidence

result-allow = Allowed
result-deny = Refused
result-error = Error
