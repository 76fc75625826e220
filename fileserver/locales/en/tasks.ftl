# Tasks to share

place-tasks = Tasks
place-my-tasks = My tasks
notice-task-given = A new task for you: share “{ $title }”.
notice-task-reminded = Please do your task: share “{ $title }”.
notice-title-hidden = a material that you may not see
notices-to-my-tasks = Do it

task-card-title = Task: share { $title }
# WeCom gets no title of a material of top sensitivity
task-card-hidden = a material
task-link-hidden = A material for you
task-card-reminder = Reminder: please share “{ $title }”
task-card-text = Please do it by { $until }. One tap makes your own link, or prepares a message to your clinics’ contacts.

invalid-not-to-be-shared = This material can’t be shared now, so it is no poster.
invalid-asks-for-nobody = It asks for nobody. Tasks go to employees within your own reach who work here now.
invalid-asks-for-too-many = A task goes to { $max } people at most: divide it by department or role.
invalid-against-a-rule = The text says what a rule forbids: “{ $quote }”.
invalid-within-three-months = Must lie in the future, and within three months.
invalid-not-before-the-task = Must not be before the task ends, and lie within a year.

tasks-text = Have employees share a material with the clinics they hold, and see how far they are.
tasks-none = No tasks yet
tasks-none-text = Open an approved material to give the task to share it.
tasks-choose-material = Choose an approved material
task-material = Material
task-maker = Given by
task-progress = Done
task-until = Until
task-state = State
task-state-open = Running
task-state-over = Over
task-state-ended = Ended
task-state-withdrawn = Material withdrawn
task-state-suspended = Suspended
task-state-withdrawn-about = The material was withdrawn: no more links are made, those that were made open no more, and messages that nobody had confirmed were taken back.
task-state-suspended-about = A certificate of the material has lapsed, or its approval stands no more: no links are made, and those that were made don’t open for now.
task-of = { $done } / { $given }
task-by = Given by { $name }, { $time }

task-new = Give a task
task-new-text = Each employee makes a link of their own with one tap; who passed it on and who opened it is counted for each.
task-text = Text
task-text-hint = Goes with the link, 600 characters at most. It is checked by the rules of the review.
task-poster = Page of the poster
task-poster-of = Poster from
task-poster-own = This material
task-poster-hint = Optional: a page of this material, or another approved material, such as a poster of one page (its first unless you say). Employees see it in the task, sealed to them; it is not sent to WeCom.
task-who = Who shall do it
task-who-hint = Whoever is named gets it. With names and no department, only they do.
task-people = Name people
task-people-incomplete = Only the first { $count } are listed; give the others the task by department.
task-roles = Roles
task-departments = Departments
task-departments-hint = With those below; none chosen: everybody within your reach.
task-region = Employees of the region
task-any = Any
task-to-whom = Whom it goes to
task-clinic-region = Clinics of the region
task-clinic-region-hint = Optional: links open for people of clinics of this region only, and messages by WeCom go to those of them that the employee holds.
task-policy = What the links allow
task-until-hint = Beijing time, three months at most.
task-shares-until = Links expire
task-shares-until-hint = Optional: with the task unless given.
task-create = Give the task

task-board = How far it is
task-board-hint = Read anew every five seconds. People are counted once within each row, so rows are never added up.
task-board-stale = It can’t be read anew at the moment; these are the last figures.
task-given = Employees asked
task-given-means = Who have it now, or did it before they left or moved
task-done = Made their link
task-done-means = Employees who did the task
task-confirmed = Confirmed by the platform
task-confirmed-means = Employees by whom WeCom says that something was sent
task-opened = Link opened
task-opened-means = Employees whose link somebody opened
task-viewers = Viewers
task-viewers-means = People who opened a link or what was passed on of it, once within the task
task-viewers-means-row = People who opened a link of this row or what was passed on of it, once within the row; rows overlap and are not to be added.
task-opens = Openings
task-copies-sent = Sent
task-copies-sent-means = Messages that WeCom says went out, one for each contact.
task-copies-unsent = Unsent
task-copies-unsent-means = Messages that wait for the employee to confirm them in WeCom.
task-copies-no-friend = No contact any more
task-copies-no-friend-means = Not sent: who it was for is no contact of the employee’s any more.
task-copies-capped = Limit reached
task-copies-capped-means = Not sent: the contact has had as many messages this month as WeCom allows.
task-copies = Messages, one for each contact
task-by-department = By department
task-department = Department
task-brand = The brand itself
task-no-department = In no department
task-by-employee = By employee
task-employee = Employee
task-told = Told
task-told-waiting = Not yet
task-told-reached = In WeCom
task-told-unreached = Not reached in WeCom
task-told-absent = On the page only
task-off = Not theirs any more
task-not-yet = Not yet
task-remind = Remind who has not done it
task-remind-after = The next reminder may go out after { $time }
task-reminders = { $count ->
    [one] Reminded once
   *[other] Reminded { $count } times
}
task-end = End the task
task-end-text = No more links are made then, and messages that nobody has confirmed are taken back.
task-end-keep = Keep the links that were made
task-end-close = Close all links as well
task-ended-by = Ended by { $name }, { $time }{ $closed ->
    [1] , its links were closed
   *[0] , its links go on
}
task-to-spread = How it travels

my-tasks-text = What you were asked to share.
my-tasks-none = No tasks
my-tasks-none-text = You are told here and in WeCom when there is one.
task-do = Make my link
task-do-wecom = Send to my contacts
task-link = Your own link
task-qr = The link as a QR code
task-words = Text to copy
task-message-asked = WeCom is asked to prepare the message…
task-message-laying = WeCom is asked to prepare the message…
task-message-unsure = WeCom did not answer: the message may be ready or not. Look in WeCom first, and ask again only if it isn’t there.
task-message-laid = The message is ready: confirm it with “Send” in WeCom.
task-message-nobody = There is nobody to send it to: nobody at the clinics that you hold follows you in WeCom. Use the link or the QR code.
task-message-refused = WeCom did not take the message. Use the link or the QR code, or try again later.
task-message-cancelled = The message was taken back.
task-poster-alt = Poster: page { $page }

digest-title = The week from { $week }
digest-viewers = New viewers: { $count } (the week before: { $before })
digest-tasks = Tasks done: { $done } / { $given }
digest-material = “{ $title }”: { $count } new
digest-sharer = { $name } brought { $count }
digest-foot = Don’t want this any more? Switch it off under My account: { $url }
digest-mine = Weekly digest
digest-about = Sent on { $weekday ->
    [1] Mondays
    [2] Tuesdays
    [3] Wednesdays
    [4] Thursdays
    [5] Fridays
    [6] Saturdays
   *[7] Sundays
} after { $hour }:00 to WeCom, and by mail where the login is an address.
digest-wanted = Send me the digest
digest-save = Save
