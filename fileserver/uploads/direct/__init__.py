"""Direct uploads: the client sends the parts of a file straight into the store, by requests that are signed here.

What that promises, and its crash windows, stand in `service`; `routes` and `schemas` speak the shape of Uppy's S3
plug-in. From `assembling` on, an upload is like any other (`fileserver.uploads`).
"""
