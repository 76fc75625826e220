"""Lines of the table of accesses: tasks and webhooks."""

from tests.access_row import Row

PLACEHOLDERS = {"task_id": "share", "webhook_id": "share", "delivery_id": "share", "table": "departments"}
BODIES: dict[str, dict[str, object] | bytes] = {
    "tasks.create": {"material_id": "{material_id}", "text": "x", "until": "2099-01-01T00:00:00Z"},
    "tasks.complete": {},
    "tasks.end": {"shares": "keep"},
    "webhooks.add": {"name": "crm", "address": "https://not-listed.example/", "kinds": ["share.opened"]},
    "webhooks.put_state": {"state": "paused"},
    "digest.put": {"wanted": False},
}
ROWS = (
    # stra owne riva mana revi audi admi  li wang narrow
    # The time is over three months away: 422 for who may give tasks. No task is at hand: 404 for who may see one.
    Row("401 403 403 422 403 403 403 403 403 403", "tasks.create"),
    Row("401 403 403 200 403 200 403 403 403 403", "tasks.list"),
    Row("401 200 200 200 403 403 403 403 403 403", "tasks.mine"),
    Row("401 403 403 404 403 404 403 403 403 403", "tasks.read"),
    Row("401 403 403 404 403 404 403 403 403 403", "tasks.sheet"),
    Row("401 404 404 404 403 403 403 403 403 403", "tasks.complete"),
    Row("401 403 403 404 403 403 403 403 403 403", "tasks.remind"),
    Row("401 403 403 404 403 403 403 403 403 403", "tasks.end"),
    Row("303 200 200 200 403 403 403 403 403 403", "pages.my_tasks"),
    Row("303 403 403 200 403 200 403 403 403 403", "pages.tasks"),
    Row("303 403 403 404 403 404 403 403 403 403", "pages.task"),
    Row("303 403 403 200 403 403 403 403 403 403", "pages.task_new"),
    Row("401 200 200 200 200 200 200 403 403 403", "digest.read"),
    Row("401 200 200 200 200 200 200 403 403 403", "digest.put"),
    Row("401 403 403 403 403 200 200 403 403 403", "webhooks.list"),
    Row("401 403 403 403 403 403 422 403 403 403", "webhooks.add"),
    Row("401 403 403 403 403 403 404 403 403 403", "webhooks.rotate"),
    Row("401 403 403 403 403 403 404 403 403 403", "webhooks.put_state"),
    Row("401 403 403 403 403 403 404 403 403 403", "webhooks.remove"),
    Row("401 403 403 403 403 403 404 403 403 403", "webhooks.test"),
    Row("401 403 403 403 403 404 404 403 403 403", "webhooks.deliveries"),
    Row("401 403 403 403 403 403 404 403 403 403", "webhooks.send_again"),
    Row("303 403 403 403 403 200 200 403 403 403", "pages.webhooks"),
    Row("303 403 403 403 403 404 404 403 403 403", "pages.webhook"),
)
