problem-page-explain = What does this mean?
problem-page-home = To the start page
problem-page-list = Problems explained
problem-page-request = Request { $id }

problem-bad-request-title = Request not understood
problem-bad-request-detail = The server could not make sense of this request.
problem-bad-request-explanation = The request breaks the rules of HTTP or asks for something this address does not offer. Check the address, the headers and the method.

problem-malformed-body-title = Malformed body
problem-malformed-body-detail = { $reason ->
    [utf-8] The body is not valid UTF-8.
    [json-syntax] The body is not valid JSON.
    [json-duplicate-name] An object in the body has the same member twice.
    [json-not-a-number] NaN and Infinity are not JSON.
    [json-depth] The body is nested too deeply.
    [form-syntax] The form could not be read.
   *[other] The body could not be read.
}
problem-malformed-body-explanation = The body is not well-formed. JSON must be UTF-8 without repeated member names, without NaN or Infinity, and at most 32 levels deep.

problem-not-signed-in-title = Please sign in
problem-not-signed-in-detail = This needs a signed-in person, and your session is missing or over.
problem-not-signed-in-explanation = The address is only for people who have signed in. Sign in again, or send a valid API token in the Authorization header.

problem-wrong-kind-title = Not for this kind of account
problem-wrong-kind-detail = { $needed ->
    [employee] This is for employees of the brand.
    [viewer] This is for viewers who opened a share.
   *[other] This is for another kind of account.
}
problem-wrong-kind-explanation = Employees and viewers have separate parts of the server. Sign in with the kind of account that this part is for.

problem-token-not-accepted-title = API tokens are not accepted here
problem-token-not-accepted-detail = This can only be done in a signed-in session, not with an API token.
problem-token-not-accepted-explanation = Some acts are reserved for people at a browser. Sign in and do it there.

problem-scope-missing-title = Token lacks a scope
problem-scope-missing-detail = The API token needs the scope { $scope }.
problem-scope-missing-explanation = Each API token is limited to the scopes it was made with. Make a token that has the scope that is named.

problem-origin-refused-title = Sent from another site
problem-origin-refused-detail = Your browser says that another site sent this request.
problem-origin-refused-explanation = To protect your session, changes are only accepted from this server's own pages. Open the page here and try again.

problem-callback-refused-title = Not a platform's message
problem-callback-refused-detail = The message was not taken: { $reason }.
problem-callback-refused-explanation = Only messages that WeChat or WeCom signed for this server, within the last five minutes, are taken. Look at the token and the key in the platform's console and in this server's settings, and at its clock.

problem-csrf-refused-title = The page is out of date
problem-csrf-refused-detail = The request lacks the proof that it comes from your own page. Reload the page and try again.
problem-csrf-refused-explanation = Changes made in a browser session must repeat the session's CSRF token, in the header X-CSRF-Token or the form field csrf_token. A reloaded page has it.

problem-operators-only-title = For operators only
problem-operators-only-detail = This address answers only to the server's operators.
problem-operators-only-explanation = Figures about the running server are shown to the networks and the token that the operator configured.

problem-path-unknown-title = Page not found
problem-path-unknown-detail = There is nothing at this address.
problem-path-unknown-explanation = The address is mistyped, or what stood here is gone.

problem-method-not-allowed-title = Method not allowed
problem-method-not-allowed-detail = This address exists, but not for this method.
problem-method-not-allowed-explanation = The header Allow of the answer lists the methods that the address takes.

problem-body-timed-out-title = The request arrived too slowly
problem-body-timed-out-detail = The body did not arrive within { $timeout_s } seconds.
problem-body-timed-out-explanation = The connection was too slow or stalled. Nothing was changed; try again.

problem-body-too-large-title = Too large
problem-body-too-large-detail = The body is larger than the { $size_max_bytes } bytes that are accepted here.
problem-body-too-large-explanation = Each address limits how much it reads. Files are sent by resumable upload, not in such a body.

problem-unsupported-media-type-title = Unsupported media type
problem-unsupported-media-type-detail = The body must be sent as { $expected }.
problem-unsupported-media-type-explanation = The header Content-Type (or Content-Encoding) names a format that is not accepted here.

problem-invalid-request-title = Please check your input
problem-invalid-request-detail = Some fields do not follow the rules; nothing was changed.
problem-invalid-request-explanation = The member errors lists each field as a JSON pointer, with the rule it breaks and a sentence about it.

problem-internal-error-title = Something went wrong here
problem-internal-error-detail = The server made a mistake. Please try again, and tell your administrator the request number if it stays.
problem-internal-error-explanation = A defect or an outage on the server's side. The administrator finds it in the log by the request number.

problem-precondition-failed-title = Condition does not hold
problem-precondition-failed-detail = The content is not the one that the request asks for, so nothing was sent.
problem-precondition-failed-explanation = The header If-Match or If-Unmodified-Since names other content than there is. Read the content again and use its new ETag.

problem-timed-out-title = The server took too long
problem-timed-out-detail = No answer was ready within { $timeout_s } seconds. Please try again.
problem-timed-out-explanation = The server is overloaded or waits for another part. Try again in a moment.

problem-refused-title = Refused
problem-refused-detail = This is not allowed.
problem-refused-explanation = A rule of the server does not allow this.

problem-access-denied-title = Not allowed
problem-access-denied-detail = You are not allowed to do this.
problem-access-denied-explanation = What is not expressly permitted is denied. The member rule names the rule that decided; ask the owner of the material or your manager.

problem-not-found-title = Not found
problem-not-found-detail = It does not exist, or it is not visible to you.
problem-not-found-explanation = Things you may not know about look the same as things that do not exist.

problem-invalid-value-title = Value not acceptable
problem-invalid-value-detail = A value is not acceptable here; nothing was changed.
problem-invalid-value-explanation = The member errors names the field. Correct it and try again.

problem-wrong-state-title = Not possible now
problem-wrong-state-detail = This does not fit the state that the thing is in. Reload to see its present state.
problem-wrong-state-explanation = Every material, review and share goes through fixed steps, and this step does not follow the present one. Somebody may have been faster.

problem-requirement-unmet-title = Something is missing
problem-requirement-unmet-detail = { $need ->
    [in-use] The material was withdrawn.
    [prepared] The pages are still being prepared.
    [scanned] The machine checks have not finished.
    [rules-current] The rules have changed since this was checked; it has to be checked again.
    [rules-stood-by] The uploader has put these rules into force: somebody else has to stand by them on the page of rules.
    [pictures-checked] WeChat is still checking pages as pictures; this takes 35 minutes at most.
    [nothing-hard] The machine checks found something that nobody can dismiss. The file has to be replaced.
    [blocks-dismissed] A blocking finding has not been dismissed with a reason.
    [reviews-decided] A finding to check has not been decided.
    [evidence-attached] A finding asks for evidence: attach it, or dismiss the finding with a reason.
    [certificate-valid] This class needs a certificate in date, and there is none.
    [steps-signed] An approval is still missing.
    [same-bytes] The approval is about other bytes.
   *[other] A condition of this step does not hold.
}
problem-requirement-unmet-explanation = Submitting and approving have conditions: the machine checks are finished, findings decided, evidence and certificates in place. `needs` lists all that do not hold.

problem-claimed-title = Somebody is at work on it
problem-claimed-detail = Another reviewer has claimed this, until { $until } at the latest.
problem-claimed-explanation = A claim keeps a review with one person for two hours. It ends by itself, so it never blocks for ever.

problem-sign-in-refused-title = Sign-in refused
problem-sign-in-refused-detail = The login or the password is wrong, or the account may not sign in.
problem-sign-in-refused-explanation = For safety the answer does not say which. Check both, or ask your administrator.

problem-code-refused-title = The code was not accepted
problem-code-refused-detail = The code is wrong, was used already, or is too old.
problem-code-refused-explanation = A code works once and for a limited time, and a few wrong tries end it. Check it and try again, or ask for a new one.
problem-step-up-needed-title = Confirm that it is you
problem-step-up-needed-detail = This needs you to confirm who you are once more.
problem-step-up-needed-explanation = Acts about rights, sign-in or keys need a proof of who you are that is at most ten minutes old. Enter your password or a code, and try again.

problem-second-factor-needed-title = Two-step verification is needed
problem-second-factor-needed-detail = Your role needs two-step verification: set it up first.
problem-second-factor-needed-explanation = The administrator asks a second factor of this role. Until it is set up, nothing but that page works.

problem-code-needed-title = A code is needed
problem-code-needed-detail = Enter the six digits that your authenticator app shows, or a recovery code.
problem-code-needed-explanation = The account has two-step verification: beside the password, signing in takes a code.

problem-local-sign-in-off-title = Not by password
problem-local-sign-in-off-detail = Sign in through your company's single sign-on.
problem-local-sign-in-off-explanation = Employees sign in through a provider here; a password opens accounts for emergencies only.

problem-identity-unknown-title = No account
problem-identity-unknown-detail = Your company’s account has no account here that may sign in. Ask your administrator.
problem-identity-unknown-explanation = The single sign-on knows you, but no active account here belongs to you.

problem-provider-refused-title = Single sign-on failed
problem-provider-refused-detail = The sign-in was not completed. Please begin again.
problem-provider-refused-explanation = It was too old or used already, or what the provider answered did not hold.

problem-too-many-attempts-title = Too many attempts
problem-too-many-attempts-detail = Please wait a while and try again.
problem-too-many-attempts-explanation = Attempts are limited to stop guessing. The header Retry-After says how many seconds to wait.

problem-too-many-reports-title = Too many reports of reading wait
problem-too-many-reports-detail = Too many reports of reading wait to be kept at this moment. Send the same again in { $retry_after_s } seconds.
problem-too-many-reports-explanation = A server lets a limited number of reports of reading wait. What was not acknowledged may be sent again as it is: no time is counted twice.

problem-link-invalid-title = Link not valid
problem-link-invalid-detail = This link is mistyped or was not made by this server.
problem-link-invalid-explanation = Open the link as it was sent, in full. If it still fails, ask the sender for a new one.

problem-link-expired-title = This address has expired
problem-link-expired-detail = The address of this content has expired. Reload the page that showed it.
problem-link-expired-explanation = Addresses of content work for a few minutes only. The page makes new ones when it is reloaded.


problem-receipt-pending-title = No receipt yet
problem-receipt-pending-detail = The event was logged just now and no signed checkpoint covers it yet. Please try again in a second.
problem-receipt-pending-explanation = Events are committed first and join the signed ledger in batches, about a second later. A receipt proves the place in the signed ledger, so it waits for that.

problem-not-prepared-title = Still being prepared
problem-not-prepared-detail = The pages are still being prepared. Please try again in a moment.
problem-not-prepared-explanation = After an upload the server prepares the pages. That takes from seconds to some minutes.

problem-upload-partial-title = Only a part of a file
problem-upload-partial-detail = This upload is a part that is put together with others. Use the upload they become.
problem-upload-partial-explanation = A client may send the parts of a file at the same time (tus concatenation). Only the final upload that they become is a file.

problem-not-scanned-title = Still being checked
problem-not-scanned-detail = The automatic checks of this version are not finished. Please try again in a moment.
problem-not-scanned-explanation = Every version is checked after its upload: for viruses, its file type, macros and scripts, its texts and pictures. It can be submitted once that is finished.
problem-scan-blocks-title = Held up by the automatic checks
problem-scan-blocks-detail = Something about this version has to be solved first ({ $rules }). The material's page says what; change the file and upload a new version.
problem-scan-blocks-explanation = Viruses, files that are not what they say, macros and scripts, and checks that came to no result: nobody can wave these through. Change the file and upload a new version, or ask an administrator why a check came to no result.

problem-upload-unfinished-title = Upload not finished
problem-upload-unfinished-detail = The upload is not complete yet, or is still being verified.
problem-upload-unfinished-explanation = A material is made from a complete and verified upload. Finish or resume the upload first.

problem-login-taken-title = Login already in use
problem-login-taken-detail = Another account has this login.
problem-login-taken-explanation = Logins are unique. Choose another one.

problem-legal-hold-title = A legal hold is in force
problem-legal-hold-detail = A legal hold keeps this from being erased. It has to be lifted first.
problem-legal-hold-explanation = What a legal hold is on must be kept for a proceeding. Somebody else than the person who placed the hold can lift it.
problem-name-common-title = The name stands in many texts
problem-name-common-detail = The name stands in { $count } texts, where it may be a word of its own. Nobody was erased: say whether it shall be replaced in them or left.
problem-name-common-explanation = A name that stands in more than 20 titles, notes or reasons may be an ordinary word there. Whoever erases the person says whether it is replaced or left; their number is always replaced.

problem-key-active-title = This key signs now
problem-key-active-detail = Key { $kid } signs at this moment. Rotate first, then revoke it.
problem-key-active-explanation = Without an active key nothing could be signed, so the active one can't be revoked. A rotation makes another one active.

problem-key-unavailable-title = A key is unavailable
problem-key-unavailable-detail = A key that is needed cannot be read, so nothing is handed out. Please tell your administrator.
problem-key-unavailable-explanation = The server's master key is wrong or a key is missing. Until that is mended the server refuses rather than guesses.

problem-ledger-stalled-title = The log doesn't keep up
problem-ledger-stalled-detail = What is read can't be told to the ledger at the moment, so no material is handed out. Please try again later.
problem-ledger-stalled-explanation = No access without a record: while events wait too long for their place in the ledger, or none can be signed, no material leaves. The server's readiness says why.

problem-figures-behind-title = The figures have not caught up with the log yet
problem-figures-behind-detail = On whose shares { $events } entries of the log hang is not known yet, so it can't be narrowed by sharer, share, department or region now. Please try again later, or leave these conditions out.
problem-figures-behind-explanation = The log names only the link that something went through; on whose share it hangs is found out by the figures, which are a few seconds behind, and longer while they are rebuilt. Until then an answer would lack entries, so the server waits for a while, and refuses after that.

problem-ledger-broken-title = The ledger is not what was signed
problem-ledger-broken-detail = From entry { $index } on, the ledger differs from its signed checkpoint. Please tell your administrator.
problem-ledger-broken-explanation = The log in the database doesn't fit the newest signed checkpoint: it was changed, cut, or put together from backups. The server signs nothing more on such a log.

problem-ledger-conflict-title = Somebody outside knows another ledger
problem-ledger-conflict-detail = { $place } knows a ledger of { $size } entries that this server's does not continue ({ $conflict }). Please tell your administrator and your auditor at once.
problem-ledger-conflict-explanation = A witness or an archive has a checkpoint that is no earlier state of this server's ledger: an old database was restored, or the log was rewritten. Until it is known what happened, no material leaves.

problem-ledger-named-otherwise-title = The ledger has another name
problem-ledger-named-otherwise-detail = The ledger is called { $origin }, and the configuration says { $named }.
problem-ledger-named-otherwise-explanation = The ledger got its name at the first start. Every checkpoint bears it, so it never changes. Remove or mend the setting.

problem-too-many-files-title = Too many files at once
problem-too-many-files-detail = { $files_max } tables are on their way to you already. Please begin another once one of them has arrived.
problem-too-many-files-explanation = While a table is sent, the server keeps the order of its lines, so the number of those that one person has on their way is limited.

problem-too-many-traces-title = Too many traces waiting
problem-too-many-traces-detail = { $traces_max } traces are waiting already. Please try again later.
problem-too-many-traces-explanation = A trace takes much computing, so the number of those that wait is limited.

problem-trace-unfinished-title = Trace not finished
problem-trace-unfinished-detail = There is a report once the trace is done.
problem-trace-unfinished-explanation = Please wait until the trace is done; one under way shows its progress.

problem-suspect-empty-title = Empty file
problem-suspect-empty-detail = Nothing arrived. Please choose the file again.
problem-suspect-empty-explanation = The body of the request is the suspect itself, and can't be empty.
