problem-upload-used-title = Upload already used
problem-upload-used-detail = This upload has already become version { $version } of a material.
problem-upload-used-explanation = An upload becomes one version of one material, once. The member material_id names it; upload the file again to use it elsewhere.

invalid-control-characters = The text holds control characters, or characters that reverse its direction.

finding-other = The detector { $detector } reports { $rule }.
broken-rule = { $rule } { $title }: { $plain } What to do: { $suggestion }
finding-extension-mismatch = The file name ends in .{ $extension }, but the bytes are { $media_type }.
finding-leading-bytes = { $bytes } bytes stand in front of the PDF.
finding-two-formats = The file opens both as { $media_type } and as { $other }.
finding-not-sealable = Files of the kind { $media_type } can not carry a viewer's mark yet. They are kept, checked and approved, but nobody outside the brand gets to see them; reviewers read the original.
finding-unsupported-type = No pages can be made of this kind of file.
finding-pdf-owner-password = The PDF's author restricted printing or copying.
finding-pdf-signed = The PDF carries a digital signature; a sealed copy does not.
finding-pdf-xfa = The PDF is an XFA form; what is shown may only be its placeholder page.
finding-pdf-portfolio = The PDF is a portfolio; only its cover is shown, not the files inside.
finding-pdf-attachments = The PDF has files attached that viewers do not get.
finding-pdf-repaired = The PDF's structure was broken and has been repaired for display.
finding-pdf-uninspected = The PDF's structure could not be inspected.
finding-pdf-active-content = The PDF holds scripts, or actions that open or send something; no copy has them.
finding-pdf-no-template = Downloads of this PDF are pictures of its pages, without text that can be searched ({ $cause }).
finding-image-more-frames = The picture has { $frames } frames or pages; only the first is shown.
finding-image-reduced = The picture has { $pixels } pixels; what can be downloaded is shrunk to { $limit }.
finding-image-profile-ignored = The picture's colour profile is broken; its colours may look different.
finding-render-failed = The file has content that could not be rendered.
finding-pdf-encrypted = The PDF opens only with a password.
finding-pdf-damaged = The PDF, or a page of it, cannot be read.
finding-pdf-empty = The PDF has no pages.
finding-image-damaged = The picture cannot be decoded.
finding-source-too-large = The file is larger than can be rendered.
finding-too-many-pages = The document has more pages than can be shown.
finding-too-many-pixels = The picture has more pixels than can be shown.
finding-render-memory = Rendering this file needs more memory than is allowed.
finding-render-timeout = Rendering this file takes longer than is allowed.
finding-render-crashed = The renderer broke off on this file, again and again.
finding-malware-found = The file holds malware ({ $signature }).
finding-not-opened = No pages are made of a file that holds malware.
finding-malware-not-scanned = The file was not scanned for viruses: { $cause ->
    [not-configured] this server has no virus scanner
    [no-daemon] the virus scanner did not answer
    [timeout] the virus scanner took too long
    [too-large] it is larger than the virus scanner takes, or the scanner broke off
   *[error] the virus scanner gave no result
}.
finding-detector-failed = The check "{ $name }" came to no result ({ $cause }), which does not count as passed.
finding-type-mismatch = The file name ends in .{ $extension }, but the content is { $said } (says { $by }).
finding-type-not-accepted = Files that end in "{ $extension }" are not accepted.
finding-file-empty = The file is empty.
finding-structure-broken = The file is cut off, or is not built as a .{ $extension } file is.
finding-appended-data = There are { $bytes } bytes behind the end of the file, where another file may hide.
finding-archive-inside = The file is an archive too.
finding-archive-path = The archive holds a name that would be written elsewhere, or that hides what it is.
finding-archive-link = The archive holds a link or a device.
finding-archive-bomb = The archive expands to more than is allowed ({ $what }: { $found }).
finding-archive-deep = There are archives within archives, deeper than is looked into.
finding-archive-overlapping = Files in the archive overlap.
finding-archive-encrypted = The archive is protected by a password, so nobody can look into it.
finding-archive-damaged = The archive is damaged, or its list does not fit its contents.
finding-archive-duplicate = The archive holds two files of one name.
finding-pdf-active = The PDF starts or fetches something by itself: { $kind ->
    [javascript] a script
    [launch] a program
    [submit-form] a form that is sent
    [import-data] data that is imported
    [remote-document] another document
    [embedded-document] a document inside
    [embedded-file] an attachment
    [xfa] an XFA form
    [remote-file] a file from elsewhere
   *[other] media ({ $kind })
} ({ $count }). Export it without scripts, attachments and form actions.
finding-pdf-links = There are { $count } links to web pages; see that these keep to the rules too.
finding-pdf-password = The PDF opens with a password only, so nobody can look into it. Remove the password and upload it again.
finding-pdf-unreadable = The PDF is damaged and can not be checked to its end. Export it again.
finding-pdf-bomb = The PDF holds something that expands beyond measure.
finding-office-macros-inside = The file holds macros. Save it as a file without macros.
finding-office-embedded = A program or another object is embedded in the file. Remove it and upload the file again.
finding-office-external = The file fetches contents from elsewhere ({ $kind }, { $count }). Embed pictures and break links to other files.
finding-office-commands = The file holds fields that run commands or fetch data ({ $kind }, { $count }).
finding-office-entities = The XML of the file declares entities, which can read files of a server.
finding-office-unreadable = The Office file is damaged and can not be checked to its end. Export it again.
finding-pixel-flood = The picture claims to be too large ({ $width } × { $height } pixels).
finding-picture-unreadable = The size of the picture can not be read: the file is damaged.
finding-html-refused = Web pages are not accepted.
finding-svg-active = The SVG drawing holds scripts, events or references to elsewhere: { $kind } ({ $count }).
finding-xml-entities = The XML of the file declares entities, which can read files of a server.
finding-xml-broken = The XML is incomplete and can not be checked.
finding-findings-cut = There is too much to report; only the first { $limit } are listed.
finding-platform-risky = WeChat's content check calls this text unlawful (category { $label }: { $label ->
    [10001] advertising
    [20001] politics
    [20002] pornography
    [20003] abuse
    [20006] crime
    [20008] fraud
    [20012] vulgarity
    [20013] copyright
   *[other] other
}).
finding-platform-doubtful = WeChat's content check wants a person to look at this text (category { $label }).
finding-platform-not-checked = WeChat did not check all of the text: { $cause ->
    [user-away] the user on whose behalf it checks has not used the mini-program for two hours
    [user-unknown] WeChat does not know the user on whose behalf it checks
    [quota] today's checks are used up
    [unavailable] WeChat did not answer
    [too-long] there is too much of it
    [no-text] there is no text to check
   *[other] WeChat gave no result ({ $cause })
}.
finding-picture-risky = WeChat's content check calls this page unlawful as a picture (category { $label }: { $label ->
    [10001] advertising
    [20001] politics
    [20002] pornography
    [20003] abuse
    [20006] crime
    [20008] fraud
    [20012] vulgarity
    [20013] copyright
   *[other] other
}).
finding-picture-doubtful = WeChat's content check wants a person to look at this page (category { $label }).
finding-picture-not-checked = WeChat did not check every page as a picture: { $cause ->
    [user-away] the user on whose behalf it checks has not used the mini-program for two hours
    [user-unknown] WeChat does not know the user on whose behalf it checks
    [quota] today's checks are used up
    [unavailable] WeChat did not answer
    [unanswered] no verdict came within 35 minutes
    [unreadable] WeChat could not fetch or read the picture
    [too-large] the picture is too large for it
    [too-many] there are too many pages; this one and those after it were not sent
    [no-pictures] there are no pages to send
   *[other] WeChat gave no result ({ $cause })
}.
finding-page-not-read = The pictures of this page could not be read ({ $cause }); a person has to read it.
finding-pages-not-looked-at = This server does not read words in pictures; { $pages ->
    [one] 1 page
   *[other] { $pages } pages
} may hold words that nobody has checked.
finding-drawing-not-read = No rule was applied to words that this drawing shows as outlines, as a picture or in letters of its own: read it.
finding-text-cut = There is too much text; only a part was checked, which does not count as passed.
finding-text-not-readable = Not read: a machine can't read files of this kind ({ $media_type }). No rule was applied; a person has to read the original.
finding-personal-data-id-number = Holds an identity number.
finding-personal-data-mobile-phone = Holds a mobile phone number: remove it if it is a person's, say so if it is the clinic's.
finding-personal-data-bank-card = Holds the number of a bank card.
finding-personal-data-medical-record = Holds the number of a medical record or an admission.
finding-face-beside-medical-text = A face beside medical text ({ $faces } of them, { $percent }% sure): patients may not be shown, and anybody else must have consented in writing.
finding-picture-pair = Two alike pictures side by side ({ $percent }%), which may be a comparison of before and after.
finding-office-macros = The file holds macros. They are not run, and the pages do not hold them.
finding-office-linked-content = The file takes { $links } pictures or other contents from elsewhere; they are not fetched, so the pages lack them.
finding-office-converted = The pages are those of a PDF made of this file (SHA-256 { $sha256 }); fonts and line breaks may differ from the original.
finding-office-converter-missing = Office files cannot be converted on this server. Upload a PDF instead, or ask your administrator to install LibreOffice.
finding-office-conversion-failed = The Office file could not be converted to PDF: it is damaged, protected by a password, or too hard to lay out. Export it as PDF and upload that.
finding-office-too-large = The Office file, or what it expands to, is larger than can be converted.

invalid-upload-used = This upload has become a version already.
invalid-upload-unfinished = This upload is not finished.
invalid-not-scanned = The checks of this version are not finished.
invalid-scan-blocks = This version is held up by its checks.
invalid-not-prepared = This version is still being prepared.
