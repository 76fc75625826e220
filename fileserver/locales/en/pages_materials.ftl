material-upload = Upload materials
material-title = Title
material-title-hint = Leave it empty to use the file's name. Several files at once become several materials, each named after its file.
material-state = State
material-class = Class
material-class-hint = The law differs by what a material is for; the review goes by this.
material-sensitivity-top = Top sensitivity
material-sensitivity-top-about = Whatever a share says, nothing leaves but pictures of pages with the marks burned in.
material-description = Description
material-description-hint = Optional. Reviewers and viewers see it.
material-mine = Only mine
material-create = Create material
material-waiting = It will be created as soon as the upload is complete. Please keep this page open.
material-verifying = Verifying the file…
material-no-file = Choose a file to upload first.
material-version-number = Version { $number }
material-versions = Versions
material-none = No materials yet
material-none-text = Upload a brochure, poster or video and submit it; once it is approved you can make a link to share.
material-none-reader-text = Materials appear here once they are submitted for review.
material-none-found = No material fits
material-none-found-text = Try another title or state.
material-submit = Submit for review
material-submit-next = Look it through, then submit it: only approved materials can be shared.
material-submit-blocks = { $count ->
    [one] The automatic checks found something that blocks, see below. A reviewer has to give a reason for it before this can be approved; it is better to change the file and upload a new version.
   *[other] The automatic checks found { $count } things that block, see below. A reviewer has to give a reason for each before this can be approved; it is better to change the file and upload a new version.
}
material-submit-later = Its pages are being prepared. You can submit it when that is done.
material-in-review = It waits for a reviewer. Once approved it can be shared.
material-rejected-next = This version was rejected. Change what the reviewer asks for and upload a new version.
material-share-next = It is approved: you can make a link to share now.
material-share = Make a share
material-share-after-approval = It can be shared once it is approved.
material-shares = Shares of this material
material-no-shares = No shares yet.
material-withdraw = Withdraw
material-withdraw-text = It is out of use at once: every share of it closes, and whoever is reading gets no further page. This can't be undone.
material-withdrawn-by = Withdrawn by { $name } at { $time }. Reason: { $reason }
material-duplicate = The same content exists already:
reason = Reason

version-new = Upload a new version
version-new-text = A new version starts as a draft and needs its own review. Until then shares go on with the approved one.
version-create = Add version
version-shared = Shares serve this version
version-preparing = Preparing its pages
version-file = File
version-uploaded = Uploaded
version-pages = { $pages ->
    [one] { $pages } page
   *[other] { $pages } pages
}
version-page = Page { $page }
version-findings = Findings
version-look = { $pages ->
    [one] Preview (1 page)
   *[other] Preview ({ $pages } pages)
}
version-read = Read
version-no-pages = No pages can be made of this kind of file.
version-wait-pages = Its pages are being prepared. Reload in a moment.
version-original = Download the original
version-original-logged = Opening the original is recorded in the log.

kind-pdf = PDF
kind-image = Image
kind-video = Video
kind-audio = Audio
kind-text = Text
kind-document = Document
kind-sheet = Spreadsheet
kind-slides = Presentation
kind-other = File

version-film-not-shown = Videos are kept, checked and approved, but not shown outside the brand yet: a viewer's mark can be put on pages and pictures only. Reviewers watch the original. A share can be made; whoever opens it is told that there is nothing to see.
version-not-shown = Nobody outside the brand gets to see this version: no pages can be made of it that carry a viewer's mark; the findings say why. It can be approved, and reviewers read the original. A share can be made; whoever opens it is told that there is nothing to see.
scan-running = Automatic checks are running
scan-finished = Automatic checks finished
scan-failed = A check came to no result, so this version can not be submitted. Change the file and upload it again, or ask an administrator.
scan-rules = rule set { $version }
scan-nothing-found = The automatic checks found nothing.
scan-stage-malware = virus scan
scan-stage-file = file type, macros and scripts
scan-stage-text = reading texts
scan-stage-rules = advertising rules
scan-stage-wechat = WeChat's content check
scan-stage-wechat-pictures = WeChat's check of pictures
finding-held-up = Held up
finding-inside = Inside: { $member }
finding-basis = Basis: { $basis }
finding-at-second = Second { $second }
material-held-up = The automatic checks found something that nobody can wave through; see below. Change the file and upload a new version.
finding-was-dismissed = Dismissed
finding-was-confirmed = Confirmed
finding-waived-malware = the operator asks for no virus scan
finding-waived-ocr = the operator has not switched on the reading of words in pictures
changes-title = What changed
changes-between = Version { $before } and version { $after }
changes-choose = Choose the versions to compare
changes-before = Before
changes-after = After
changes-compare = Compare
changes-not-read = The text of one of them has not been read yet; only the pictures are compared.
changes-captions = Captions and other text
changes-page-added = The earlier version does not have this page.
changes-page-removed = The later version does not have this page.
changes-no-page = There is no such page.
changes-no-words = The words are the same.
changes-regions = { $count ->
    [one] The picture differs in one place, which is framed.
   *[other] The picture differs in { $count } places, which are framed.
}
changes-no-regions = The picture shows no visible change.
changes-nothing = There is nothing to compare in these two versions.
changes-more = Further pages
changes-open = Compare with the version before
