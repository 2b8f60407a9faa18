"""Every address of the desk that names a site, whichever room it opens: nobody and nobody else's worker gets anything from it."""

import uuid
from typing import Any

import pytest
from django.urls import URLPattern, reverse

from handrail.core.journal import models as journal
from handrail.fronts.desk import urls

from .desks import AT

ADDRESSES = {str(one.name): one for one in urls.urlpatterns if "site_id" in str(one.pattern)}
NOBODYS = uuid.UUID(int=9)


def path(address: URLPattern, site_id: uuid.UUID) -> str:
    """Return the address at a site; what else it names is nobody's."""
    others = dict.fromkeys(address.pattern.converters, NOBODYS)
    return reverse(f"desk:{address.name}", kwargs=others | {"site_id": site_id})


def tried(client: Any, address: URLPattern, site_id: uuid.UUID) -> Any:
    """Look at it, or send a form that is framed as it should be, where it takes forms only."""
    answer = client.get(path(address, site_id))
    if answer.status_code != 405:
        return answer
    return client.post(path(address, site_id), {"id": str(uuid.uuid4()), "at": AT})


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_gives_nobody_nothing(client, site, name) -> None:
    before = journal.OpenEntry.objects.count()
    answer = tried(client, ADDRESSES[name], site.id)
    assert (answer.status_code == 302 and answer.headers["Location"] == reverse("desk:sign-in")) or (
        answer.status_code == 401 and b"sign-in-first" in answer.content
    )
    assert b"Riverside" not in answer.content and journal.OpenEntry.objects.count() == before


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_gives_a_worker_of_another_site_nothing(signed_in, add_worker, other_site, site, name) -> None:
    client = signed_in(add_worker("kit", "lead", "stock", "technician", "chemist", at=other_site))
    before = journal.OpenEntry.objects.count()
    answer = tried(client, ADDRESSES[name], site.id)
    assert answer.status_code in {404, 422}
    assert b"Riverside" not in answer.content and journal.OpenEntry.objects.count() == before


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_knows_no_site_that_does_not_stand(desk, site, name) -> None:
    assert tried(desk, ADDRESSES[name], NOBODYS).status_code in {404, 422}
