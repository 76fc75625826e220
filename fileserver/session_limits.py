"""How long sessions live, by role: the settings, in the words of compliance.sessions."""

from compliance.sessions import LimitsOf, SessionLimits
from fileserver.config import Config


def limits_of(config: Config) -> LimitsOf:
    """The limits of each role; a role without a line of its own has the general ones."""
    general = SessionLimits(config.session_idle_s, config.session_absolute_s)
    own = {each.role: SessionLimits(each.idle_s, each.absolute_s) for each in config.session_limits}
    return lambda role: own.get(role, general)
