problem-upload-used-title = Upload already used
problem-upload-used-detail = This upload has already become version { $version } of a material.
problem-upload-used-explanation = An upload becomes one version of one material, once. The member material_id names it; upload the file again to use it elsewhere.

invalid-control-characters = The text holds control characters, or characters that reverse its direction.

finding-other = The detector { $detector } reports { $rule }.
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

invalid-upload-used = This upload has become a version already.
invalid-upload-unfinished = This upload is not finished.
invalid-not-prepared = This version is still being prepared.
