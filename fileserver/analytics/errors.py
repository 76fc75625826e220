"""What figures refuse, and only over HTTP."""

from fileserver.http.errors import HttpError


class TooManyFiles(HttpError):
    """429: `files_max` files of figures are on their way to the person; another may begin once one has ended."""

    slug = "too-many-files"
