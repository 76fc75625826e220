problem-storage-error-title = Storage problem
problem-storage-error-detail = The bytes could not be read or written. Please try again later.
problem-storage-error-explanation = The store behind the server failed. The administrator finds details in the log by the request number.

problem-object-missing-title = Content is missing
problem-object-missing-detail = The content could not be found in the store. Please tell your administrator the request number.
problem-object-missing-explanation = The database names bytes that the store does not have. Nothing else is affected; the administrator must look into it.

problem-object-too-large-title = Content too large for this
problem-object-too-large-detail = The content is larger than can be handled here. Please tell your administrator.
problem-object-too-large-explanation = The server limits what it holds in memory at once.

problem-object-cut-short-title = Content was cut short
problem-object-cut-short-detail = The store ended the content too early. Please try again.
problem-object-cut-short-explanation = The connection to the store broke off. Trying again usually helps.

problem-range-unsatisfiable-title = Range not available
problem-range-unsatisfiable-detail = The range that was asked for lies behind the end of the content.
problem-range-unsatisfiable-explanation = The header Range asks for bytes that do not exist. Ask for a range within the size of the content.

problem-multipart-missing-title = Upload is gone
problem-multipart-missing-detail = This upload is no longer known. Please start it again.
problem-multipart-missing-explanation = An unfinished upload expires or may have been ended. Its bytes are not kept.

problem-part-refused-title = Part not stored
problem-part-refused-detail = A part of the upload was not stored. It can be sent again.
problem-part-refused-explanation = The store did not confirm a part. Resuming the upload sends it again; nothing that was confirmed is lost.

problem-store-unavailable-title = Storage unavailable
problem-store-unavailable-detail = A store behind the server does not answer. An upload waits: what has arrived is kept, and it goes on from there. Please try again in { $retry_after_s } seconds.
problem-store-unavailable-explanation = The database or the object store is down, unreachable or too busy. The readiness check says which. Uploads continue by themselves once it is back; nothing that was confirmed is lost.

problem-store-refused-title = Storage refused
problem-store-refused-detail = The store refused the request. Please tell your administrator.
problem-store-refused-explanation = The server's access to its store is set up wrongly. The administrator finds details in the log.

problem-engine-busy-title = Engines in use
problem-engine-busy-detail = Another process runs the engines of this data folder.
problem-engine-busy-explanation = Only one process at a time may run the embedded engines of one data folder.

problem-engine-failed-title = Engine not started
problem-engine-failed-detail = An engine behind the server could not be started.
problem-engine-failed-explanation = An embedded database or object store did not start. The administrator finds its last lines in the log.
