"""Tencent Cloud: who somebody is (FaceID), and the same by its e-sign service (ess)."""

from fileserver.platforms.tencent.client import Addresses, TencentCloud

__all__ = ["Addresses", "TencentCloud"]
