mail-code-subject = { $brand } code: { $code }
mail-code-text =
    Your code is: { $code }

    Enter it on the page where you began to sign in. It works once, within { $minutes } minutes.
    Tell it to nobody, whoever they say they are. If you didn't ask for it, ignore this mail: nothing happens.
invalid-email-address = Give an e-mail address, such as li.na@example.com.
