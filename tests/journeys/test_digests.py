"""The weekly digest: once for each manager and week, in WeCom and by mail, for whoever wants it."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update

from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.people import Member
from fileserver.digests.jobs import due, look
from storage.engines import Endpoints
from storage.rows import digests
from storage.schema import account, identity
from tests.journeys.test_analytics import caught_up
from tests.mailbox import smtp_server
from tests.materials import run_jobs
from tests.platforms import configured
from tests.services import Clock, config_for, copied_database
from tests.stage import Cast, Stage, running

MANAGER = "zhouning"
GIVEN_UP = text("DELETE FROM procrastinate_jobs WHERE task_name = 'digests.send'")


@pytest.mark.parametrize(
    ("weekday", "at", "expected"),
    [
        (1, datetime(2026, 11, 30, 0, 59, tzinfo=UTC), None),
        (1, datetime(2026, 11, 30, 1, 0, tzinfo=UTC), date(2026, 11, 30)),
        (1, datetime(2026, 11, 29, 17, 0, tzinfo=UTC), None),
        (7, datetime(2026, 11, 29, 15, 59, tzinfo=UTC), date(2026, 11, 29)),
        (0, datetime(2026, 11, 30, 1, 0, tzinfo=UTC), None),
    ],
    ids=["too-early", "due", "night-of-monday", "sunday", "off"],
)
def test_when_it_is_due(config: Config, weekday: int, at: datetime, expected: date | None) -> None:
    """On its day from nine o'clock on, where the brand is."""
    settings = config.model_copy(update={"digest_weekday": weekday, "time_zone": "Asia/Shanghai"})
    assert expected == due(settings, at)


async def test_a_manager_gets_it_once_and_by_both_ways(engines: Endpoints, cast: Cast, clock: Clock) -> None:
    """New viewers beside the week before, the material and the sharer; who wants none, or is no manager, gets none.

    Trouble with one way leaves the other alone, and what was given up is sent at the next look.
    """
    async with FakePlatforms(clock) as fake, smtp_server() as box:
        fake.wecom.directory.members[MANAGER] = Member(user_id=MANAGER, name=MANAGER)
        with copied_database(engines.database_url, cast.database_url) as url:
            mail = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none", "mail_from": "a@b.example"}
            config = configured(config_for(engines, url, master_key=cast.master_key), fake, **mail)
            async with running(config, clock) as (services, client):
                stage = Stage(cast=cast, services=services, client=client, clock=clock)
                async with services.database.transaction() as tx:
                    manager = cast.people["manager"]
                    key = {"provider": "wecom", "app": "corp", "subject": MANAGER}
                    await tx.execute(insert(identity).values(id=uuid4(), person_id=manager, **key))
                    named = update(account).where(account.c.person_id == manager)
                    await tx.execute(named.values(login="zhou@brand.example"))
                await stage.visit("li")
                await caught_up(stage)
                clock.advance(days=1)
                while due(services.config, clock()) is None:
                    clock.advance(hours=1)
                fake.faults.next("/cgi-bin/message/send", code=48002)
                assert 1 == await look(services)
                assert 0 == await look(services)
                await run_jobs(services)
                assert (0, 1) == (len(fake.wecom.directory.messages), len(box.mails))
                async with services.database.transaction() as tx:
                    await tx.execute(GIVEN_UP)
                assert 0 == await look(services)
                await run_jobs(services)
                (card,) = fake.wecom.directory.messages
                (mail_sent,) = box.mails
                for text in (card["textcard"]["description"], mail_sent.get_content()):
                    assert "新增查看者 1 人（前一周 0 人）" in text
                    assert "《夏季护肤手册》新增 1 人" in text
                    assert "林晓 带来 1 人" in text
                assert card["textcard"]["url"].endswith("/analytics")
                assert "zhou@brand.example" == mail_sent["To"]
                async with services.database.transaction() as tx:
                    await digests.put_wish(tx, manager, wanted=False, now=clock())
                clock.advance(days=7)
                assert 0 == await look(services)
                async with services.database.transaction() as tx:
                    await digests.put_wish(tx, manager, wanted=True, now=clock())
                assert 1 == await look(services)
                async with services.database.transaction() as tx:
                    await tx.execute(update(account).where(account.c.person_id == manager).values(role="marketer"))
                await run_jobs(services)
                assert (1, 1) == (len(fake.wecom.directory.messages), len(box.mails))
