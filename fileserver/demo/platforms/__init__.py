"""A stand-in for WeChat, WeCom and Tencent Cloud on the loopback address: for the demo and for tests, never for people.

Promises to be as strict as they are where a client can be wrong, and wrong where they are: status 200 whatever happens,
errors with their `errcode` and a request id, codes that work once and for five minutes, two systems of tokens that know
nothing of each other, quotas, a message push that may come late, twice, in the wrong order, before the answer that
announces it, or never. What a request says that the real service doesn't know is an error, and stands in `violations`.
The clock is whoever's who starts it; what fails next, `faults` says; every request is kept in `calls`.
"""

from fileserver.demo.platforms.fake import FakePlatforms

__all__ = ["FakePlatforms"]
