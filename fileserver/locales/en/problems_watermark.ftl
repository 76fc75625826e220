problem-render-failed-title = Could not be rendered
problem-render-failed-detail = The page could not be rendered.
problem-render-failed-explanation = The file has content that the renderer could not handle.

problem-unsupported-type-title = Kind of file not supported
problem-unsupported-type-detail = No pages can be made of this kind of file.
problem-unsupported-type-explanation = Pages are made of PDF files, Office files and common picture formats only.

problem-pdf-encrypted-title = PDF needs a password
problem-pdf-encrypted-detail = The PDF opens only with a password. Please upload one without.
problem-pdf-encrypted-explanation = A PDF that is protected by a password can be neither checked nor sealed.

problem-pdf-damaged-title = PDF is damaged
problem-pdf-damaged-detail = The PDF, or a page of it, cannot be read.
problem-pdf-damaged-explanation = The file breaks the rules of PDF. Export it again from the program it was made with.

problem-pdf-empty-title = PDF has no pages
problem-pdf-empty-detail = The PDF has no pages.
problem-pdf-empty-explanation = There is nothing to show. Check the file and upload it again.

problem-image-damaged-title = Picture is damaged
problem-image-damaged-detail = The picture cannot be decoded.
problem-image-damaged-explanation = The file is truncated, broken or not a picture of a known format.

problem-source-too-large-title = File too large to render
problem-source-too-large-detail = The file is larger than can be rendered.
problem-source-too-large-explanation = Rendering takes the whole file into memory, so its size is limited.

problem-source-incomplete-title = File incomplete
problem-source-incomplete-detail = The file ended earlier than announced. Please try again.
problem-source-incomplete-explanation = The bytes that arrived for rendering were fewer than expected.

problem-too-many-pages-title = Too many pages
problem-too-many-pages-detail = The document has more pages than are accepted.
problem-too-many-pages-explanation = The number of pages of one document is limited. Split it into several.

problem-too-many-pixels-title = Picture too large
problem-too-many-pixels-detail = A page or picture has more pixels than are accepted.
problem-too-many-pixels-explanation = The number of pixels is limited to protect the server. Scale the picture down.

problem-render-memory-title = Too complex to render
problem-render-memory-detail = Rendering needs more memory than is allowed.
problem-render-memory-explanation = The page is unusually complex. Simplify it or flatten its layers, and upload it again.

problem-render-timeout-title = Rendering took too long
problem-render-timeout-detail = Rendering took longer than allowed.
problem-render-timeout-explanation = The page is unusually complex, or the server is busy. Try again, or simplify the page.

problem-render-crashed-title = Rendering broke off
problem-render-crashed-detail = The rendering process ended unexpectedly. Please try again.
problem-render-crashed-explanation = Rendering runs in a process of its own, so that a bad file harms nothing else. This one ended it.

problem-render-busy-title = Rendering is busy
problem-render-busy-detail = All rendering processes are busy. Please try again in a moment.
problem-render-busy-explanation = More pages are asked for than can be rendered at once. Waiting helps.

problem-office-converter-missing-title = Office files cannot be converted
problem-office-converter-missing-detail = Office files cannot be converted on this server. Please upload a PDF.
problem-office-converter-missing-explanation = The worker has no LibreOffice, or a kernel that cannot shut it in. See the operator's guide.

problem-office-conversion-failed-title = Office file could not be converted
problem-office-conversion-failed-detail = No PDF could be made of the Office file. Please export it as PDF and upload that.
problem-office-conversion-failed-explanation = The file is damaged, protected by a password, or took more time or memory than is allowed.

problem-office-too-large-title = Office file too large
problem-office-too-large-detail = The Office file, or what it expands to, is larger than can be converted.
problem-office-too-large-explanation = Office files are archives: their size, the number of their parts and what they expand to are limited.

problem-text-not-readable-title = Text can't be read
problem-text-not-readable-detail = No text can be read out of this kind of file.
problem-text-not-readable-explanation = Rules look at text; a reviewer has to look at files that none can be read out of.

problem-text-damaged-title = File damaged
problem-text-damaged-detail = No text could be read out of the file, which may be damaged. Please export it anew and upload that.
problem-text-damaged-explanation = The file is not what its type says, or is damaged.
