"""Prepares a bucket, and says whether the S3 server behind it can do what the product needs.

For the command line and for start-up: everything here is synchronous and slow. Promises: `init` may be repeated and
leaves rules it didn't make alone; `check` exercises the real server under scratch names and cleans up behind itself.
Leaves moving bytes to `storage.objects`.
"""

from storage.provision.bucket import ensure_bucket
from storage.provision.check import Capability, check
from storage.provision.cors import allow_origin
from storage.provision.prepare import ProvisionReport, init

__all__ = ["Capability", "ProvisionReport", "allow_origin", "check", "ensure_bucket", "init"]
