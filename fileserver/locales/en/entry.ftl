# Problems of the way in

problem-share-password-refused-title = Wrong password
problem-share-password-refused-detail = That is not the password of this share.
problem-share-password-refused-explanation = Whoever shared this asks for a password. Check it and try again, or ask them; after several wrong tries there is a wait.

problem-consent-missing-title = Your consent is needed
problem-consent-missing-detail = Please read and agree to the notice first.
problem-consent-missing-explanation = Personal data is handled after consent only; sensitive data needs a consent of its own. The member purpose names the missing one.

problem-name-mismatch-title = Details do not match
problem-name-mismatch-detail = Name and ID number (and phone) do not belong together. Please check them and enter them again.
problem-name-mismatch-explanation = The service that checks names says that these details are not one person's. The same details are not sent again.

problem-verification-busy-title = Being checked
problem-verification-busy-detail = The last check has no result yet. Please try again in a moment.
problem-verification-busy-explanation = The same details are being checked, or the answer never came. The header Retry-After says how many seconds to wait.

problem-verification-later-title = No check possible now
problem-verification-later-detail = The service that checks names is busy or under maintenance. Please try again later; nothing you entered was kept.
problem-verification-later-explanation = The service that checks names says that it can't answer now. The header Retry-After says how many seconds to wait.

problem-verification-down-title = Check not available
problem-verification-down-detail = Names can't be checked at the moment. Please try again later, or ask the person who gave you the link.
problem-verification-down-explanation = The service that checks names does not answer or refuses this server: an operator has to look.

problem-verification-unavailable-title = Not offered
problem-verification-unavailable-detail = This system does not check names in this way.
problem-verification-unavailable-explanation = Which ways there are is set by the operator.

problem-person-duplicate-title = Somebody has to look
problem-person-duplicate-detail = Your name is verified, but another account has it, and nothing else shows that both are yours. Once an employee has confirmed who is who you can read, without another check.
problem-person-duplicate-explanation = This name and ID number belong to another viewer already. Others may know both, so the two are merged by themselves only if they also have the face check or the phone that WeChat vouches for in common, and nothing differs.

# Consents: a change of the words is a new version (compliance/consents.py)

consent-privacy-title = How your personal data is used
consent-privacy-text = { $brand } ("we") shows you materials and for that uses your name, phone number, clinic and job, your WeChat or e-mail identity, and when and from which device and network you view, download and forward. What for: to be sure that you are a professional who may see them; to mark every page with your name, clinic and the last four digits of your phone; to record access, so that leaks can be traced. Under "My data" you can see and take away what is held, withdraw this consent, or leave at any time. Then nothing opens any more and links you forwarded close at once; records of past access are kept without your name, as the law requires.
consent-identity-title = Separate consent for sensitive data
consent-identity-text = To check your real name we pass the name, ID number (and phone) or face data that you give to Tencent Cloud's verification service, once. We keep neither ID number nor face data: only the result, its time, and a check value that can't be turned back, by which the same person is found again. You may refuse, or withdraw at any time; the verification is void then and materials close.
