certificate-kind-medical-ad = Medical advertising certificate
certificate-kind-drug-device-ad = Drug or device advertising approval
certificate-kind-device-registration = Device registration
certificate-kind-drug-approval = Drug approval
certificate-kind-cosmetic-registration = Cosmetic registration

notice-material-withdrawn = “{ $title }” was withdrawn. All its shares have stopped; please don’t use or pass on the copies you have.
notice-certificate-expiring = { $kind } { $number } ends on { $until } (told { $days } days ahead).
notice-certificate-lapsed = { $kind } { $number } is no longer in force (valid until { $until }). Shares of materials that rest on it are suspended.
notice-certificate-lapsed-shares = { $kind } { $number }, on which “{ $title }” rests, is no longer in force. Its shares are suspended; please don’t use the copies you have.
