log-tab-search = Search
log-tab-timeline = Timeline
log-tab-anomalies = Anomalies
log-tab-reviews = Trail reviews
log-conditions = Conditions
log-drop = Drop the condition: { $what }
log-narrow = Counts, and ways to narrow
log-total = { NUMBER($count) } { $count ->
    [one] entry
   *[other] entries
}
log-total-more = More than { NUMBER($count) } entries
log-back-to = Some counts reach back to { $time } only
log-among-newest = newest only
log-plot = Bars of entries from { $first } to { $last }, at most { NUMBER($most) }
log-plot-table = See as a table
log-most = at most { NUMBER($count) }
log-day = Day
log-month = Month
log-count = Entries
log-events = { NUMBER($count) } { $count ->
    [one] entry
   *[other] entries
}
log-role = Role
log-more-fields = More conditions
log-details-hint = copy=0a1b2c3d4e5f page=3
log-hash-hint = 16 digits, from an entry
log-network-hint = A network, or an address in it
log-version-hint = SHA-256, 64 digits
log-object-hint = upload:<id>
log-rule-hint = Id of a rule: share-expired
log-as-timeline = See as a timeline
log-as-search = Back to the search
log-saved = Saved searches
log-save = Save this search
log-save-name = Name
log-saved-remove = Remove the saved search { $name }
log-saved-remove-confirm = Remove the saved search “{ $name }”?
log-none-yet = Nothing fits in the part looked at so far
log-none-yet-text = The conditions are wide, and a part of the log is looked at each time. You can look further back.
log-follow = Show
log-timeline-text = Everything about one person, material, share or visit, day by day.
log-timeline-none = Choose whom or what to follow
log-timeline-none-text = Enter a name or pseudonym, or come from any entry of the log, from a person or a material.
log-event = Entry { $id }
log-facts = What it says
log-bytes = Bytes
log-of-visit = See this visit as a timeline
log-place = Place in the ledger
log-not-sequenced = Not in the ledger yet; this usually takes less than a second.
log-index = Index
log-checkpoint = Checkpoint
log-checkpoint-size = Covered by the checkpoint of size { $size }
log-no-checkpoint = No checkpoint covers it yet
log-leaf-hash = Leaf hash
log-receipt = Download the receipt
log-receipt-text = The receipt proves that this entry is in the ledger. It can be checked with independent tools years from now.

chip-person = Person
chip-clinic-id = Clinic
chip-material-id = Material
chip-share-id = Share id
chip-sharer = Whose shares
chip-tree-id = Tree of share
chip-department-id = Department
chip-region = Region
chip-campaign = Campaign
chip-act = Act
chip-result = Result
chip-role = Role
chip-rule = Rule
chip-object = About
chip-version-sha256 = Version
chip-session = Session
chip-network = Network
chip-user-agent = Device
chip-details = Details
chip-since = From
chip-until = Before

anomalies-text = What deserves a look. The thresholds are configured; whoever closes one says why, and that is recorded.
anomalies-open = Open
anomalies-all = All
anomalies-what = What
anomalies-state = State
anomalies-strangers = Not signed in, from { $network }
anomalies-evidence = See the entries
anomalies-dismissed = Closed
anomalies-is-open = Open
anomalies-dismiss = Close with a reason
anomalies-none = Nothing is open
anomalies-none-text = New entries are looked at every second.
anomaly-copies = Many copies in little time
anomaly-copies-text = { NUMBER($count) } copies; { NUMBER($bar) } stand out
anomaly-materials = Many different materials in little time
anomaly-materials-text = { NUMBER($count) } materials; { NUMBER($bar) } stand out
anomaly-night = Downloads at night
anomaly-night-text = { NUMBER($count) } downloads; { NUMBER($bar) } stand out
anomaly-denials = Refused again and again
anomaly-denials-text = { NUMBER($count) } in a row; { NUMBER($bar) } stand out
anomaly-origins = New network and new device
anomaly-origins-text = { NUMBER($count) } { $count ->
    [one] entry
   *[other] entries
} from a network and a device never seen with this person
anomaly-taken = Much data taken
anomaly-taken-text = { $size } within a day
anomaly-log-exports = Many exports of the log
anomaly-log-exports-text = { NUMBER($count) } within a day; { NUMBER($bar) } stand out

trail-text = The log is reviewed and signed off at least every { $days } days.
trail-overdue = Overdue
trail-not-intact = A checkpoint that was signed off is not in the ledger as it was. Stop and find out why.
trail-waits = What waits
trail-span = Entries { $first } to { $last }, { NUMBER($count) } in all.
trail-due = Due by { $time }.
trail-anomalies = Anomalies
trail-anomalies-open = { NUMBER($count) } open
trail-anomalies-dismissed = { NUMBER($count) } closed
trail-notable = Acts worth a look
trail-checkpoint = Checkpoint of size { $size }, made { $time }, with the root
trail-sign = Sign off
trail-meaning = Meaning
trail-meaning-in-order = Reviewed, and in order
trail-meaning-with-findings = Reviewed, with findings as noted
trail-meant-in-order = In order
trail-meant-with-findings = With findings
trail-note = Note
trail-password = Your password, again
trail-nothing = Nothing waits
trail-nothing-text = New entries appear here once they are in the ledger and were looked at.
trail-signed = Signed off
trail-by = By
trail-which = Entries
trail-leaves = { $first } to { $last }
trail-none-signed = Nobody has signed yet.

invalid-too-many-searches = At most { $max } searches are kept: remove some first.
invalid-not-one-person = This name is not exactly one person's. Choose a person among the results, then save.

rule-auditor-reviews-trail = Auditors review the log and sign for it, and look into what stands out.

object-log = The log

act-employee-trail-sign = Signed off a review of the log
act-employee-anomaly-list = Looked at anomalies
act-employee-anomaly-dismiss = Closed an anomaly
act-system-anomaly-find = Noticed an anomaly

start-anomalies = Anomalies
start-trail = Trail review
start-trail-overdue = The trail review is overdue
