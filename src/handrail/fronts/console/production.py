"""`handrail serve`: a real house, for more than this machine. What would make that unsafe is refused before anything starts."""

from handrail.core.common import home
from handrail.core.common.refusals import Refused

from . import doors, keyring, serving, setting_up


def run(*, port: int | None, address: str | None) -> int:
    """Serve behind a certificate or a proxy that the environment names; return the exit code.

    Raises:
        Refused: as `check_real`, `doors.from_environment`, `serving.check`, `setting_up.open_house`, `check_settings`, `keyring.check_place`.
    """
    check_real()
    keeper = doors.from_environment(port=port or serving.port(serving.TLS_PORT), address=address)
    serving.check(keeper.door.host, keeper.door.port)
    _open()
    return serving.serve({}, keeper)


def run_lan(*, name: str | None, ports: tuple[int | None, int], address: str | None, new_trust: bool) -> int:
    """Serve a local network under a name of its own; return the exit code. `ports`: of the house, and of the page of trust.

    Raises:
        Refused: as `check_real`, `serving.check_alone`, `setting_up.open_house`, `check_settings`, `keyring.check_place` and
            `lan.house.keeper`.
    """
    check_real()
    both = (ports[0] or serving.port(serving.TLS_PORT), ports[1])
    serving.check_alone()
    _open()
    from .lan import house

    return serving.serve({}, house.keeper(name=name, address=address, ports=both, new_trust=new_trust))


def check_real() -> None:
    """Make sure that a real house stands in the data folder. Raises Refused: `not-set-up`, `demo-for-life`, `keys-missing`."""
    if home.is_new():
        raise Refused("not-set-up")
    if home.open_home().demo:
        raise Refused("demo-for-life")


def _open() -> None:
    setting_up.open_house()
    check_settings()
    keyring.check_place()


def check_settings() -> None:
    """Refuse settings that show strangers how the house works, and keys of a demo. Raises Refused: `debug-on`, `demo-for-life`."""
    from django.conf import settings

    from handrail.core.common import keys

    if settings.DEBUG:
        raise Refused("debug-on")
    if keys.ring().demo:
        raise Refused("demo-for-life")
