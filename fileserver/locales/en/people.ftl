problem-clinic-taken-title = Clinic already listed
problem-clinic-taken-detail = Another clinic has this name.
problem-clinic-taken-explanation = Clinics are told apart by their names. Use the one that is listed, or choose a name that differs.

problem-sign-in-unavailable-title = This sign-in is not offered
problem-sign-in-unavailable-detail = This server does not offer the sign-in you asked for. Ask whoever sent you the link.
problem-sign-in-unavailable-explanation = Clinic users come in by the mini-program, the official account or a code by e-mail, each of which an operator has to set up.

invalid-phone = Please give a mobile number with its country code, such as +86 138 0013 8000.
invalid-clinic-choice = Please choose a clinic from the list, or give the name of another one; not both.
invalid-clinic-unknown = There is no such clinic.
invalid-owner-unsuitable = Only an active marketer or manager can hold a clinic.
invalid-hold-subject = A hold on a person or a material names one; a hold on the log names none.
