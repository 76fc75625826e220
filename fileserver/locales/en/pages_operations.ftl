# The administrator's pages about uploads in flight and quotas

place-flights = Upload monitor
place-quotas = Quotas

flights-title = Uploads in flight
flights-text = Uploads that are not over, on every server node. What the files are called is known to their uploaders only.
flights-at = As of { $time }
flights-stale = This can't be refreshed: the server, or a store behind it, does not answer. Uploads wait, keep what has arrived, and go on by themselves.
flights-store-away = The object store does not answer. Uploads wait, keep what has arrived, and go on by themselves once it is back.
flights-in-flight = being received
flights-rate = together
flights-memory = in memory
flights-unfinished = not over
flights-idle = idle
flights-owner = Uploader
flights-state = State
flights-progress = Progress
flights-progress-of = Upload of { $login }
flights-stored = { $stored } of { $length }
flights-length-unknown = a size not known yet
flights-now = Rate · memory
flights-last = Last progress
flights-dropped = Dropped at
flights-process = process { $id }
flights-direct = Counted once it is complete
flights-state-receiving = Receiving
flights-state-direct = Straight to the store
flights-state-waiting = Waits for more
flights-state-idle = Idle
flights-state-assembling = Being joined
flights-state-verifying = Being verified
flights-none = No uploads in flight
flights-none-text = As soon as somebody uploads, progress, rate and memory are shown here.
flights-cleaned = Cleaned in the last 24 hours
flights-cleaned-sum = { $uploads ->
    [one] One upload
   *[other] { $uploads } uploads
}: { $objects ->
    [one] one object
   *[other] { $objects } objects
} deleted, { $multiparts ->
    [one] one multipart upload
   *[other] { $multiparts } multipart uploads
} aborted.
flights-cleaned-none = Nothing was left to be cleaned.
flights-cleaned-at = Cleaned
flights-cleaned-upload = Upload
flights-cleaned-cause = Because
flights-cleaned-what = What
flights-cleaned-counts = { $objects ->
    [one] one object
   *[other] { $objects } objects
} · { $multiparts ->
    [one] one multipart upload
   *[other] { $multiparts } multipart uploads
}
flights-cause-expired = Expired unfinished
flights-cause-terminated = Cancelled by the uploader
flights-cause-failed = Failed
flights-cause-complete = Left over by a finished upload
flights-cause-orphan = Left behind by a crash

quotas-title = Upload quotas
quotas-text = How much a person, or a department with all below it together, may keep: unfinished uploads, finished ones that are not used, and the versions of materials.
quotas-default-person = A person without a quota: { $size }
quotas-default-department = A department without a quota: { $size }
quotas-unlimited = no limit
quotas-add-person = Limit a person
quotas-add-department = Limit a department
quotas-whose = Whose
quotas-used = Kept
quotas-used-of = { $used } of { $allowed }
quotas-since = Set
quotas-scope = For
quotas-scope-person = One person
quotas-scope-department = A department
quotas-login = Login
quotas-department-hint = Everybody in it and below it counts. Of several departments above each other, each limit counts.
quotas-size = At most
quotas-size-hint = For example 500 GB or 2 TiB
quotas-set = Save
quotas-manage = Manage
quotas-remove = Remove the quota
quotas-remove-confirm = Remove the quota of “{ $subject }”? The default counts from then on.
quotas-none = No quota set
quotas-none-text = The defaults count for everybody.
usage-person = You keep { $used } of { $allowed }.
usage-department = { $name } keeps { $used } of { $allowed }.

account-department = Department
account-department-hint = A quota can be set for it. May be left empty.
account-department-save = Save the department
account-clearance = Clearance
account-clearance-usual = Materials of usual sensitivity
account-clearance-top = All materials, of top sensitivity too
account-clearance-hint = The highest sensitivity that the employee may see, in materials of their own too.

place-log-targets = Log push

log-targets-title = Log push
log-targets-text = The log is pushed to SIEMs in the ledger's order. Operators manage targets by the command sealshare siem.
log-targets-stale = Can't be refreshed now: the server or its database doesn't answer. Targets keep their places and go on by themselves.
log-targets-name = Target
log-targets-state = State
log-targets-lag = Behind
log-targets-form = Form
log-targets-last = Last success
log-targets-state-pushing = pushing
log-targets-state-failing = failing, tries again
log-targets-state-paused = paused
log-targets-reason = { $reason }, { $tries } tries failed
log-targets-lacks = { $events } events to push
log-targets-behind = { $minutes } minutes behind
log-targets-seconds = { $seconds } seconds behind
log-targets-nothing-lacks = has everything
log-targets-kind-webhook = webhook
log-targets-kind-syslog = syslog
log-targets-never = never yet
log-targets-none = The log is pushed nowhere
log-targets-none-text = To send the log to a SIEM, an operator runs sealshare siem add.
