problem-upload-used-title = Upload already used
problem-upload-used-detail = This upload has already become version { $version } of a material.
problem-upload-used-explanation = An upload becomes one version of one material, once. The member material_id names it; upload the file again to use it elsewhere.

invalid-control-characters = The text holds control characters, or characters that reverse its direction.

finding-other = The detector { $detector } reports { $rule }.
broken-rule = { $rule } { $title }: { $plain } What to do: { $suggestion }
finding-extension-mismatch = The file name ends in .{ $extension }, but the bytes are { $media_type }.
finding-leading-bytes = { $bytes } bytes stand in front of the PDF.
finding-two-formats = The file opens both as { $media_type } and as { $other }.
finding-not-sealable = Files of the kind { $media_type } cannot be sealed yet: viewers are refused, reviewers can read the original.
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
finding-malware-not-scanned = The file was not scanned for viruses: { $cause ->
    [not-configured] this server has no virus scanner
    [no-daemon] the virus scanner did not answer
    [timeout] the virus scanner took too long
    [too-large] it is larger than the virus scanner takes
   *[error] the virus scanner gave no result
}.
finding-detector-failed = The check "{ $name }" came to no result ({ $cause }), which does not count as passed.
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
