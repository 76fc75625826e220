"""Where signed checkpoints are kept out of this server's hands: a folder, or a bucket with object lock.

An archive only ever gets more: what it has, nobody writes over. It promises nothing about whoever else may write
there; that is the business of the folder's owner, or of the bucket's retention. What a checkpoint says is not its
business.
"""

from storage.archives.bucket import BucketArchive, BucketSettings
from storage.archives.folder import FolderArchive
from storage.archives.model import Archive, Kept, name_of, size_of

__all__ = ["Archive", "BucketArchive", "BucketSettings", "FolderArchive", "Kept", "name_of", "size_of"]
