"""Log lines of the code under test go where pytest collects them, plainly."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Unconfigured, structlog would draw every local variable of a traceback, whole upload bodies included."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.stdlib.render_to_log_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
