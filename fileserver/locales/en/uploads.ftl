problem-tus-version-refused-title = Upload protocol version not supported
problem-tus-version-refused-detail = Send the header Tus-Resumable: { $version }.
problem-tus-version-refused-explanation = Uploads follow the tus protocol. The header Tus-Version of the answer lists the versions that this server speaks.

problem-upload-header-invalid-title = Upload header not acceptable
problem-upload-header-invalid-detail = A header of the upload protocol is missing or wrong; nothing was changed.
problem-upload-header-invalid-explanation = The member errors names the header and what is wrong with it. OPTIONS on the same address lists what this server can do.

problem-upload-too-large-title = Upload too large
problem-upload-too-large-detail = At most { $size_max_bytes } bytes are accepted here.
problem-upload-too-large-explanation = Either the file is larger than the largest upload that the operator allows, or more bytes were sent than the upload was announced with.

problem-offset-mismatch-title = Not where the upload stands
problem-offset-mismatch-detail = The upload stands at byte { $offset_bytes }; nothing was changed. Continue there.
problem-offset-mismatch-explanation = Each PATCH begins where the upload stands. Ask with HEAD for the offset and continue from there.

problem-checksum-mismatch-title = Checksum does not match
problem-checksum-mismatch-detail = The bytes changed on their way and were discarded. Send them again.
problem-checksum-mismatch-explanation = The bytes of the request do not have the checksum that was sent with them. The upload stands where it stood before.

problem-upload-final-title = This upload takes no bytes
problem-upload-final-detail = It is put together of other uploads; nothing was changed.
problem-upload-final-explanation = A final upload is put together of partial ones, in the order given (tus concatenation), and takes no bytes of its own.

problem-upload-gone-title = Upload no longer there
problem-upload-gone-detail = This upload was ended, has expired or failed. Start a new one.
problem-upload-gone-explanation = An upload ends when it is cancelled, when it stands still for too long, or when its stored bytes cannot be joined.

problem-upload-wasteful-title = Sent too often in vain
problem-upload-wasteful-detail = More was sent for this upload that could not be kept than is allowed. It has ended; start a new one.
problem-upload-wasteful-explanation = Bytes with a wrong checksum or beyond a quota, and parts that are sent again, take up room in the store until the upload ends. An upload that wastes more than its own size, and more than 1 GiB, or signs one stored part again and again, is ended.

problem-upload-busy-title = Upload is busy
problem-upload-busy-detail = An earlier request of this upload is just finishing. Try again in a few seconds.
problem-upload-busy-explanation = An upload is written by one request at a time. The earlier one has been asked to stop.

problem-upload-replaced-title = Continued elsewhere
problem-upload-replaced-detail = A newer request has taken over this upload. What had arrived is kept.
problem-upload-replaced-explanation = An upload is written by one request at a time, and the newest one wins: for example the same file in another tab.

problem-upload-cut-title = The connection was cut
problem-upload-cut-detail = The bytes ended early. What had arrived is kept.
problem-upload-cut-explanation = The connection broke off before the announced end. Ask with HEAD for the offset and continue from there.

problem-upload-silent-title = Nothing arrived any more
problem-upload-silent-detail = No byte arrived for { $timeout_s } seconds. What had arrived is kept.
problem-upload-silent-explanation = The connection fell silent. Ask with HEAD for the offset and continue from there.

problem-upload-wrong-way-title = Another way of uploading
problem-upload-wrong-way-detail = { $way ->
    [direct] The bytes of this upload go from the client into the store; nothing was changed.
   *[other] The bytes of this upload go through the server; nothing was changed.
}
problem-upload-wrong-way-explanation = An upload goes one way from its beginning: through the server (tus), or in parts straight into the store. To change it, cancel the upload and make another one.

problem-direct-uploads-off-title = No direct uploads here
problem-direct-uploads-off-detail = This server does not let clients send to the store themselves. Upload through the server (tus).
problem-direct-uploads-off-explanation = Direct uploads need an address of the store that clients can reach, which the operator sets. GET /api/v1/uploads/ways lists the ways there are.

problem-parts-missing-title = Parts are missing
problem-parts-missing-detail = { $missing } parts are not in the store, or not as named; the first of them is part { $number }. Send them again, then complete.
problem-parts-missing-explanation = Before completing, the server looks at the parts in the store: numbers from 1 without a gap, sizes as announced, ETags as named. Parts that are there stay.

problem-upload-slow-title = The bytes come too slowly
problem-upload-slow-detail = Fewer than { $rate_min_bytes_s } bytes arrived in a second, for minutes. What had arrived is kept.
problem-upload-slow-explanation = A server receives a limited number of uploads at once, and a connection that hardly moves would hold a place for days. Ask with HEAD for the offset and continue from there.

problem-too-many-uploads-title = Too many uploads
problem-too-many-uploads-detail = You have { $uploads_max } uploads that are unfinished or not used yet. Finish, use or delete one first.
problem-too-many-uploads-explanation = The number of unfinished uploads of one person is limited, and so is that of finished ones that no material uses. Unfinished uploads also expire on their own.

problem-upload-quota-exceeded-title = Not enough room
problem-upload-quota-exceeded-detail = { $whose ->
    [brand] All departments may keep { $allowed } together and keep { $used }; this needs { $needed } more. Delete what nobody needs, or ask your administrator for room.
    [department] Your department { $name } may keep { $allowed } together and keeps { $used }; this needs { $needed } more. Delete what nobody needs, or ask your administrator for room.
   *[person] You may keep { $allowed } and keep { $used }; this needs { $needed } more. Delete what you don't need, or ask your administrator for room.
}
problem-upload-quota-exceeded-explanation = The administrator limits how much a person, or a department with all below it, may keep. Unfinished uploads, finished uploads that are not used yet and the versions of materials count.

problem-server-full-title = The server is receiving too much
problem-server-full-detail = Too many uploads are under way at this moment. Try again in { $retry_after_s } seconds.
problem-server-full-explanation = A server receives a limited number of uploads at once, and at most half of them from one person. The upload continues where it stood.

problem-server-stopping-title = The server is restarting
problem-server-stopping-detail = What had arrived is kept. Try again in a few seconds.
problem-server-stopping-explanation = The server is going down or restarting. The upload continues where it stood.

invalid-upload-quota-exceeded = There is not enough room for it.
invalid-not-a-number = A whole number in digits is needed, at most 19 of them.
invalid-length-changed = The length has been said before and cannot change.
invalid-length-below-offset = More bytes than that have arrived already.
invalid-length-of-final = The length of a final upload is the sum of its parts: do not send it.
invalid-concat-value = This header is partial, or final; with the addresses of partial uploads.
invalid-concat-count = Name 1 to 100 partial uploads.
invalid-concat-url = One of the addresses is not an upload on this server.
invalid-concat-not-partial = One of the uploads is no partial upload (Upload-Concat: partial).
invalid-concat-body = A final upload has no body.
invalid-not-here = This header does not belong to this request.
invalid-not-a-boolean = Send ?0 or ?1.
invalid-length-inconsistent = The lengths in Upload-Length and Content-Length do not agree.
invalid-interop-unknown = Of the draft for resumable uploads, this server speaks the interop versions 5 and 6.
invalid-length-twice = Send either Upload-Length or Upload-Defer-Length, not both.
invalid-not-one = This header can only be 1.
invalid-not-base64 = This is not valid base64.
invalid-algorithm-unknown = This checksum algorithm is not known here. Use sha1, sha256 or crc32c.
invalid-digest-size = The checksum does not have the length of its algorithm.
invalid-metadata-too-long = The metadata is too long.
invalid-metadata-key = Each key is 1 to 64 printable ASCII characters without space or comma.
invalid-metadata-repeated = Each key may be given only once.
invalid-metadata-text = The file name and type must be UTF-8.
invalid-filename = The file name has at most 255 characters and no path, control characters or line ends.
invalid-filetype = The file type must be a media type such as application/pdf.
invalid-offset-mismatch = The upload does not stand there.
invalid-part-unknown = This upload has { $parts } parts.
