"""The scanner of this installation: which steps there are, and in which order they look."""

from compliance.reading.step import Reading
from compliance.reading.stored import stored_text
from compliance.reviewing.reopening import reopen_outdated
from compliance.ruling import rules_for
from compliance.scanning import Clamd, Inspecting, Malware, PictureCheck, PlatformCheck, Scanner, Step
from fileserver.config import MalwareScan
from fileserver.platforms.wechat.content import ContentCheck
from fileserver.platforms.wechat.pictures import PictureAsk
from fileserver.services import Services


def scanner_of(services: Services) -> Scanner:
    """Steps of the file run before it is prepared, steps of its pages after that."""
    of_file: tuple[Step, ...] = (malware_of(services), Inspecting(services.objects, services.inspector))
    of_pages: tuple[Step, ...] = ()
    if services.reader is not None:
        reading = Reading(services.reader, [rules_for(services.database, services.clock)])
        of_pages = (reading, *platforms_of(services))
    return Scanner(services.database, services.clock, of_file=of_file, of_pages=of_pages, ending=reopen_outdated)


def platforms_of(services: Services) -> tuple[Step, ...]:
    """The steps that ask the platforms which the operator named; they see the text that was read before, and pages."""
    config, wechat = services.config, services.platforms.wechat
    openid = config.wechat_check_openid
    if wechat is None or openid is None:
        return ()
    check = ContentCheck(wechat, openid=openid)
    text = PlatformCheck(check, lambda case: stored_text(services.database, services.objects, case.version))
    if not config.wechat_picture_check:
        return (text,)
    asking = PictureAsk(wechat, services.keys, services.clock, openid=openid, public_url=config.public_url)
    return (text, PictureCheck(asking, services.database, services.clock))


def malware_of(services: Services) -> Malware:
    """The step that asks clamd."""
    config = services.config
    clamd = Clamd(config.clamd) if config.clamd else None
    return Malware(services.objects, clamd, required=config.malware_scan is MalwareScan.REQUIRED)
