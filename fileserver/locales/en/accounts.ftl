problem-last-emergency-title = Last emergency account
problem-last-emergency-detail = This is the last administrator's account for emergencies. Set up another one first, or let everybody sign in by password.
problem-last-emergency-explanation = Passwords open accounts for emergencies only, and one administrator must still get in when single sign-on fails.
problem-last-admin-title = Last administrator
problem-last-admin-detail = This is the last active administrator. Enable or create another one first.
problem-last-admin-explanation = Somebody must be able to run the accounts, so the last active administrator can't be disabled.

invalid-password-too-short = Too short: a password needs at least { $min_length } characters.
invalid-password-too-long = Too long: a password has at most { $max_length } characters.
invalid-password-like-login = A password must not contain the login.
invalid-password-too-plain = A password needs more different characters.
invalid-password-common = This password is among the first that others would guess.
invalid-password-wrong = This is not your present password.
