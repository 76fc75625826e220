share-page-title = { $brand } · Share
share-other-language = 中文
share-invalid-title = This link is not valid
share-invalid-text = Check that the link is complete, or ask the person who shared it to send it again.
share-employee-title = You are signed in as an employee
share-employee-text = Share pages are for people at clinics. Preview materials in the console; to see what a viewer sees, sign out of your employee account first.
share-employee-console = Go to the console
share-employee-sign-out = Sign out
share-welcome-title = A material has been shared with you
share-phone = Mobile number
share-job = Your job
share-choose = Please choose
share-watermark-notice = Please don't pass on screenshots: the watermark leads back to a person.
share-offline = No connection. Please try again in a moment.
share-sign-in-by-wechat = Open this link in the WeChat mini-program to confirm who you are.
share-sealed-notice = For your eyes only: every page carries a watermark of your own.
share-download = Download my copy
share-forward = Pass it on
share-forward-link = Link to pass on
share-copy = Copy
share-copied = Link copied.
share-loading = Opening…
share-pages = Pages
share-page = Page { $page }
share-zoom-in = Zoom in
share-zoom-out = Zoom out
share-retry = Load this page again
share-try-again = Try again
share-needs-script = Reading a material needs JavaScript.
share-sign-out = Not you? Sign out
share-preparing = The material is being prepared and will appear here by itself.
share-not-sealable-title = This kind of file can't be viewed yet
share-not-sealable-text = Files of this kind can't be sealed to you yet, so they are neither shown nor downloaded. Ask the person who shared it if you need it.
share-offline-title = No connection
share-closed = This can’t be opened

door-password-title = This share has a password
door-password-text = Whoever shared it with you has set one: ask them for it.
door-password = Password of the share
door-open = Open
door-code-title = Please show once more that it is you
door-code-text = Before this opens, enter the code that is sent to the address you sign in with.
door-code-none = This opens with a code sent by e-mail, and you have no address here. Open the link in the mini-program, or ask whoever shared it to set a password instead.
door-pledge = Pledge of confidentiality
door-pledge-agree = I have read this and agree to it; that is recorded.
door-pledge-give = Agree and open

notice-access-requested = Somebody asks to be let in to “{ $title }”, or to pass it on.
notice-access-granted = What you asked for of “{ $title }” was granted: you can open it.
notice-access-refused = What you asked for of “{ $title }” was refused.

request-note = Message (optional)
request-hint = Whoever shared it sees your name, your clinic and your message.
request-send = Ask to be let in
request-forward = Ask to pass it on
request-forward-send = Ask
request-open = Open
request-waiting = You have asked; whoever shared it has yet to answer.
request-granted = Your request was granted.
request-refused = Your request was refused. You may ask again.

data-forwarded = What I passed on
data-forwarded-none = Nothing yet.
data-forwarded-readers = { $count ->
    [one] opened by { $count } person
   *[other] opened by { $count } people
}
data-until = until { $at }
share-forward-left = { $depth ->
    [0] not passed on any further
    [one] may be passed on once more
   *[other] may be passed on { $depth } more times, one after the other
}
share-folder-text = { $count } materials, for you alone.
share-folder-untold = Folder
share-folder-asks = Titles are shown once you have opened one and answered what it asks for.
share-folder-item = Material { $place }
share-folder-closed = This one can’t be opened any more
share-folder-back = Back to the list
