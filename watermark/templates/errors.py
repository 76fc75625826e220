"""What can be wrong with a stored template, or with what is asked of one; refusals of PDFs are `watermark.errors`."""


class BadSlotMap(ValueError):
    """These bytes are no slot map of this version: the template has to be prepared again."""


class BadPatch(ValueError):
    """What was handed in does not fit the template's slots: a file id or picture of another size."""
